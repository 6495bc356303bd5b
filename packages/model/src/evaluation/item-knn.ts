import { sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import { itemPopularity } from './click-counts.js';
import { createBestRows } from './best-rows.js';
import type { Scores } from './scores.js';

export interface ItemKnnOptions {
  readonly train: SequenceBatch;
  readonly itemCount: number;
  /** K: the most similar items that an item lends its weight to; 100 unless set. */
  readonly neighbours?: number;
  /** Added to the product of norms: the similarity of items that few clicked shrinks. 0 unless set. */
  readonly shrinkage?: number;
}

/**
 * Sum over the query's items of the similarity to a candidate, where the candidate is among the item's K most similar. The
 * similarity of two items is the cosine over users: users of both / sqrt(users of one * users of the other); equals by popularity.
 */
export function itemKnnScores(options: ItemKnnOptions): Scores {
  const { train, itemCount } = options;
  const { starts, items, similarities } = neighbourLists(options);
  const clicks = itemPopularity(train, itemCount);
  const lessThanAny = 1e-9 / (train.items.length + 1);
  return function* scores(inputs) {
    const all = new Float64Array(itemCount + 1);
    for (let query = 0; query < sequenceCount(inputs); query++) {
      clicks.forEach((count, item) => (all[item] = count * lessThanAny));
      for (const seen of new Set(sequenceAt(inputs, query))) {
        for (let at = starts[seen]!; at < starts[seen + 1]!; at++) {
          const item = items[at]!;
          all[item] = all[item]! + similarities[at]!;
        }
      }
      yield all;
    }
  };
}

/** The neighbours of item i are at starts[i] up to, not including, starts[i + 1]. */
interface NeighbourLists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
  readonly similarities: Float64Array;
}

function neighbourLists({ train, itemCount, neighbours = 100, shrinkage = 0 }: ItemKnnOptions): NeighbourLists {
  const sets = Array.from({ length: sequenceCount(train) }, (_, user) => new Set(sequenceAt(train, user)));
  const usersOf: number[][] = Array.from({ length: itemCount + 1 }, () => []);
  sets.forEach((set, user) => {
    for (const item of set) usersOf[item]!.push(user);
  });
  const members = sets.map((set) => Int32Array.from(set));
  const starts = new Int32Array(itemCount + 2);
  const items: number[] = [];
  const similarities: number[] = [];
  const similarity = new Float64Array(itemCount + 1);
  const best = createBestRows(itemCount + 1, neighbours);
  for (let item = 1; item <= itemCount; item++) {
    similarity.fill(0);
    for (const user of usersOf[item]!) for (const other of members[user]!) similarity[other] = similarity[other]! + 1;
    similarity[item] = 0;
    for (let other = 1; other <= itemCount; other++) {
      if (similarity[other] === 0) continue;
      const norms = Math.sqrt(usersOf[item]!.length * usersOf[other]!.length);
      similarity[other] = similarity[other]! / (norms + shrinkage);
    }
    for (const other of best(similarity)) {
      if (similarity[other] === 0) break;
      items.push(other);
      similarities.push(similarity[other]!);
    }
    starts[item + 1] = items.length;
  }
  return { starts, items: Int32Array.from(items), similarities: Float64Array.from(similarities) };
}
