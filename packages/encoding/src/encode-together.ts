import { setImmediate as turn } from 'node:timers/promises';

type Sequences = readonly (readonly string[])[];
type Vectors = (Float32Array | undefined)[];

interface Waiting {
  readonly sequence: readonly string[];
  readonly done: (vector: Float32Array | undefined) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gathers the sequences of all callers that ask before the next turn of the event loop into one run of the graph: a run
 * costs nearly the same for one sequence as for ten. Longer queues go in slices of `slice`, and the loop turns between two.
 */
export function encodeTogether(
  encode: (sequences: Sequences) => Vectors,
  slice: number,
): (sequences: Sequences) => Promise<Vectors> {
  let queue: Waiting[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) {
      await turn();
      const batch = queue.slice(0, slice);
      queue = queue.slice(batch.length);
      try {
        const vectors = encode(batch.map(({ sequence }) => sequence));
        batch.forEach(({ done }, index) => done(vectors[index]));
      } catch (error) {
        batch.forEach(({ failed }) => failed(error));
      }
    }
    running = false;
  };

  return (sequences) => {
    const vectors = sequences.map(
      (sequence) => new Promise<Float32Array | undefined>((done, failed) => queue.push({ sequence, done, failed })),
    );
    if (!running) void drain();
    return Promise.all(vectors);
  };
}
