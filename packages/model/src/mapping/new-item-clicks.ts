import { setImmediate } from 'node:timers/promises';
import { sequenceAt, sequenceBatch, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createRandom, shuffle } from '../random/random.js';

/** Clicks on items that are treated as new. */
export interface NewItemClicks {
  /** Items, from 1, whose clicks these are. */
  readonly items: Int32Array;
  /** Per click, what the user had clicked before, without any item that is treated as new. */
  readonly inputs: SequenceBatch;
  /** Per click, the item. */
  readonly targets: Int32Array;
  /** Per click, places in `items` of those that the user ever clicked. */
  readonly clicked: readonly Int32Array[];
}

/** At most so many clicks are asked. */
const mostClicks = 2000;
const sequencesPerBlock = 256;

/** Clicks on `items`, drawn evenly where there are many; one with nothing before it has no user vector and is left out. */
export function clicksOnItems(
  sequences: SequenceBatch,
  items: Int32Array,
  hidden: ReadonlySet<number>,
  seed: number,
): NewItemClicks {
  const places = new Map(Array.from(items, (item, place) => [item, place]));
  const found: { user: number; place: number }[] = [];
  for (let user = 0; user < sequenceCount(sequences); user++) {
    sequenceAt(sequences, user).forEach((item, place) => {
      if (places.has(item)) found.push({ user, place });
    });
  }
  const order = Int32Array.from(found, (_, index) => index);
  shuffle(order, createRandom(seed));
  const inputs: Int32Array[] = [];
  const targets: number[] = [];
  const clicked: Int32Array[] = [];
  for (const index of order) {
    if (targets.length === mostClicks) break;
    const { user, place } = found[index]!;
    const all = sequenceAt(sequences, user);
    const before = all.subarray(0, place).filter((item) => !hidden.has(item));
    if (before.length === 0) continue;
    inputs.push(before);
    targets.push(all[place]!);
    clicked.push(Int32Array.from(new Set(all), (item) => places.get(item) ?? -1).filter((column) => column >= 0));
  }
  return { items, inputs: sequenceBatch(inputs), targets: Int32Array.from(targets), clicked };
}

/** clicks x D: the users' vectors before the clicks. Yields to the event loop between blocks. */
export async function userVectors(encoder: SequenceEncoder, { inputs }: NewItemClicks): Promise<Float32Array> {
  const count = sequenceCount(inputs);
  const vectors = new Float32Array(count * encoder.dim);
  for (let start = 0; start < count; start += sequencesPerBlock) {
    const length = Math.min(sequencesPerBlock, count - start);
    const block = sequenceBatch(Array.from({ length }, (_, index) => sequenceAt(inputs, start + index)));
    vectors.set(encoder.encode(block), start * encoder.dim);
    await setImmediate();
  }
  return vectors;
}
