import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

interface Waiting<Q, A> {
  readonly question: Q;
  readonly done: (answer: A) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gathers what all callers ask before the next turn of the event loop into one run of the graph: a run costs nearly the
 * same for one as for ten. Longer queues go in slices of `slice`, and the loop turns between two.
 *
 * @param restMs after a run that was not full, nothing is run for so long: the thread is free for whatever else the callers
 *   need of it, and the next run answers more of them. The first call after a while waits for nothing.
 */
export function runTogether<Q, A>(
  run: (questions: readonly Q[]) => readonly A[],
  slice: number,
  restMs = 0,
): (questions: readonly Q[]) => Promise<A[]> {
  let queue: Waiting<Q, A>[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) {
      await turn();
      const batch = queue.slice(0, slice);
      queue = queue.slice(batch.length);
      try {
        const answers = run(batch.map(({ question }) => question));
        // As many answers as questions.
        batch.forEach(({ done }, index) => done(answers[index]!));
      } catch (error) {
        batch.forEach(({ failed }) => failed(error));
      }
      if (restMs > 0 && batch.length < slice) await pause(restMs);
    }
    running = false;
  };

  return (questions) => {
    const answers = questions.map(
      (question) => new Promise<A>((done, failed) => queue.push({ question, done, failed })),
    );
    if (!running) void drain();
    return Promise.all(answers);
  };
}
