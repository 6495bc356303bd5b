import { setImmediate } from 'node:timers/promises';
import { sequenceAt, sequenceBatch, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { rankOfTarget } from '../evaluation/rank-of-target.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createRandom, shuffle } from '../random/random.js';

/** Clicks on items that are treated as new: what the user had clicked of other items before, and the item. */
export interface NewItemClicks {
  readonly inputs: SequenceBatch;
  readonly targets: Int32Array;
}

/** At most so many clicks are asked. */
const mostClicks = 2000;
const k = 100;
const scoresPerBlock = 2 ** 22;

/** Clicks on `items`, drawn evenly where there are many; clicks with nothing before them have no user vector and are left out. */
export function clicksOnItems(
  sequences: SequenceBatch,
  items: Int32Array,
  hidden: ReadonlySet<number>,
  seed: number,
): NewItemClicks {
  const wanted = new Set(items);
  const found: [user: number, place: number][] = [];
  for (let user = 0; user < sequenceCount(sequences); user++) {
    sequenceAt(sequences, user).forEach((item, place) => {
      if (wanted.has(item)) found.push([user, place]);
    });
  }
  const order = Int32Array.from(found, (_, index) => index);
  shuffle(order, createRandom(seed));
  const inputs: Int32Array[] = [];
  const targets: number[] = [];
  for (const index of order) {
    if (targets.length === mostClicks) break;
    const [user, place] = found[index]!;
    const clicked = sequenceAt(sequences, user);
    const before = clicked.subarray(0, place).filter((item) => !hidden.has(item));
    if (before.length === 0) continue;
    inputs.push(before);
    targets.push(clicked[place]!);
  }
  return { inputs: sequenceBatch(inputs), targets: Int32Array.from(targets) };
}

/** users x D of the clicks' inputs. */
export async function userVectors(encoder: SequenceEncoder, { inputs }: NewItemClicks): Promise<Float32Array> {
  const vectors = new Float32Array(sequenceCount(inputs) * encoder.dim);
  const perBlock = 256;
  for (let start = 0; start < sequenceCount(inputs); start += perBlock) {
    const end = Math.min(sequenceCount(inputs), start + perBlock);
    const block = sequenceBatch(Array.from({ length: end - start }, (_, index) => sequenceAt(inputs, start + index)));
    vectors.set(encoder.encode(block), start * encoder.dim);
    await setImmediate();
  }
  return vectors;
}

/**
 * Share of clicks whose target is among the first 100 of all items but those of the click's input. `table` (N + 1) x D, row 0
 * not looked at; ties and scores that are not numbers count against the target.
 */
export async function shareInFirst100(
  clicks: NewItemClicks,
  users: Float32Array,
  table: Float32Array,
  dim: number,
): Promise<number> {
  const { inputs, targets } = clicks;
  const rows = table.length / dim;
  const perBlock = Math.max(1, Math.floor(scoresPerBlock / rows));
  let hits = 0;
  for (let start = 0; start < targets.length; start += perBlock) {
    const end = Math.min(targets.length, start + perBlock);
    const scores = scope(() => {
      const block = floats(users.subarray(start * dim, end * dim), [end - start, dim]);
      return readFloats(matMul(block, floats(table, [rows, dim]), { transposeB: true }));
    });
    for (let click = start; click < end; click++) {
      const own = scores.subarray((click - start) * rows, (click - start + 1) * rows);
      if (isInFirst100(own, targets[click]!, sequenceAt(inputs, click))) hits += 1;
    }
    await setImmediate();
  }
  return targets.length === 0 ? 0 : hits / targets.length;
}

/** The same for one list of scores for everybody. */
export function shareInFirst100OfList(clicks: NewItemClicks, scores: Float32Array): number {
  const { inputs, targets } = clicks;
  const hits = targets.reduce((sum, target, click) => {
    return sum + (isInFirst100(scores, target, sequenceAt(inputs, click)) ? 1 : 0);
  }, 0);
  return targets.length === 0 ? 0 : hits / targets.length;
}

/** The mean over clicks of the share that 100 of the unseen items are. */
export function chanceInFirst100({ inputs, targets }: NewItemClicks, itemCount: number): number {
  let sum = 0;
  for (let click = 0; click < targets.length; click++) {
    const unseen = itemCount - new Set(sequenceAt(inputs, click)).size;
    sum += Math.min(1, k / Math.max(1, unseen));
  }
  return targets.length === 0 ? 0 : sum / targets.length;
}

function isInFirst100(scores: Float32Array, target: number, seen: Int32Array): boolean {
  return rankOfTarget(scores, target, seen) < k;
}
