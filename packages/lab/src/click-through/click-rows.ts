import type { Dataset } from '@click-recall/datasets';
import { createRandom } from '@click-recall/model';
import { LabError } from '../lab-error.js';
import type { RandomSplit } from '../protocol/protocol.js';
import { splitRandomly, type RowSplit } from '../protocol/split-randomly.js';

/** Interactions, sampled ones too, with their labels, dealt out. */
export interface ClickRows {
  /** The data with the sampled rows behind its own. */
  readonly data: Dataset;
  /** By row of `data.interactions`: 1 or 0. */
  readonly labels: Float32Array;
  readonly split: RowSplit;
  /** The rows of `split.train` that are of the data itself: what counts are taken of. */
  readonly observed: Int32Array;
}

/**
 * With a `positiveRating` the labels are given: a rating from it up is 1. Without, every interaction is a click, and for
 * each come `nonClicks` rows of the same user and time, in the same part of the split, with items drawn uniformly from those
 * that the user has clicked in no row of that part or the parts before it: training learns nothing of the parts behind it.
 *
 * @throws LabError for a `positiveRating` of data without ratings
 */
export function clickRows(data: Dataset, protocol: RandomSplit, nonClicks: number): ClickRows {
  const { users, items, times, ratings } = data.interactions;
  const split = splitRandomly(users.length, protocol);
  const { positiveRating } = protocol;
  if (positiveRating !== undefined) {
    if (ratings === undefined) throw new LabError(`protocol.positiveRating: ${data.name} has no ratings`);
    const labels = ratings.map((rating) => (rating >= positiveRating ? 1 : 0));
    return { data, labels, split, observed: split.train };
  }
  const rows = users.length * (1 + nonClicks);
  const all = { users: extended(users, rows), items: extended(items, rows) };
  const allTimes = times && new Float64Array(rows);
  allTimes?.set(times!);
  const clicked = new Map<number, Set<number>>();
  const random = createRandom(protocol.seed);
  let next = users.length;
  const sampled = (part: Int32Array): Int32Array => {
    const start = next;
    addClicks(clicked, part, users, items);
    for (const row of part) {
      const user = users[row]!;
      const own = clicked.get(user)!;
      if (own.size === data.itemIds.length) continue; // Nothing is left that could be drawn.
      for (let count = 0; count < nonClicks; count++) {
        let item = 1 + random.below(data.itemIds.length);
        while (own.has(item)) item = 1 + random.below(data.itemIds.length);
        [all.users[next], all.items[next]] = [user, item];
        if (allTimes) allTimes[next] = allTimes[row]!;
        next += 1;
      }
    }
    return Int32Array.from([...part, ...Array.from({ length: next - start }, (_, index) => start + index)]);
  };
  return {
    data: { ...data, interactions: { ...all, ...(allTimes && { times: allTimes }) } },
    labels: Float32Array.from({ length: rows }, (_, row) => (row < users.length ? 1 : 0)),
    split: { train: sampled(split.train), validation: sampled(split.validation), test: sampled(split.test) },
    observed: split.train,
  };
}

function extended(values: Int32Array, length: number): Int32Array {
  const all = new Int32Array(length);
  all.set(values);
  return all;
}

function addClicks(clicked: Map<number, Set<number>>, part: Int32Array, users: Int32Array, items: Int32Array): void {
  for (const row of part) {
    const own = clicked.get(users[row]!);
    if (own === undefined) clicked.set(users[row]!, new Set([items[row]!]));
    else own.add(items[row]!);
  }
}
