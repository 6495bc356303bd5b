import { unranked } from './rank-of-target.js';

/** Lengths of lists that figures are given for. */
export const rankingCutoffs: readonly number[] = [1, 5, 10, 20, 50, 100];

export interface RankingReport {
  /** Queries. */
  readonly count: number;
  /** Mean of 1 / (rank + 1) over all queries, rank from 0 among all items. */
  readonly mrr: number;
  readonly at: readonly RankingFigures[];
}

/** Of lists of k items. Means over queries; one that could not be ranked is a miss and has no list. */
export interface RankingFigures {
  readonly k: number;
  /** Share of queries whose target is in the list. */
  readonly hr: number;
  /** Mean of 1 / log2(rank + 2) of targets in the list. */
  readonly ndcg: number;
  /** Mean of 1 / (rank + 1) of targets in the list. */
  readonly mrr: number;
  /** Share of the targets in the list; with one target a query the same as `hr`. */
  readonly recall: number;
  /** Share of the catalogue that is in anybody's list. */
  readonly coverage: number;
  /** Popularity bias: mean share of the catalogue that is clicked less than a listed item (ties half); 0.5 is even. */
  readonly popularity: number;
}

/** What the lists of a ranking are made of, counted list by list. */
export interface ListCounts {
  /** A query's best items, best first. */
  add(items: Int32Array): void;
  /** The share of the catalogue in lists of k, and the mean popularity of what is in them. */
  at(k: number): { coverage: number; popularity: number };
}

/** `clicks` by item, [0] the padding's, say how popular items are. */
export function countLists(clicks: Float64Array, cutoffs: readonly number[]): ListCounts {
  const popularity = sharesClickedLess(clicks);
  const itemCount = clicks.length - 1;
  /** The best place that an item had in any list. */
  const bestPlace = new Int32Array(clicks.length).fill(0x7fffffff);
  const sums = new Float64Array(cutoffs.length);
  const listed = new Float64Array(cutoffs.length);
  return {
    add(items) {
      items.forEach((item, place) => {
        if (place < bestPlace[item]!) bestPlace[item] = place;
        cutoffs.forEach((k, index) => {
          if (place >= k) return;
          sums[index] = sums[index]! + popularity[item]!;
          listed[index] = listed[index]! + 1;
        });
      });
    },
    at(k) {
      const index = cutoffs.indexOf(k);
      const covered = bestPlace.reduce((count, place) => count + (place < k ? 1 : 0), 0);
      return { coverage: covered / itemCount, popularity: sums[index]! / Math.max(1, listed[index]!) };
    },
  };
}

/** Throws nothing: no ranks give zeros. */
export function rankingReport(ranks: Int32Array, lists: ListCounts, cutoffs: readonly number[]): RankingReport {
  const count = ranks.length;
  const mean = (gain: (rank: number) => number): number =>
    count === 0 ? 0 : ranks.reduce((sum, rank) => sum + (rank === unranked ? 0 : gain(rank)), 0) / count;
  return {
    count,
    mrr: mean((rank) => 1 / (rank + 1)),
    at: cutoffs.map((k) => {
      const hr = mean((rank) => (rank < k ? 1 : 0));
      return {
        k,
        hr,
        ndcg: mean((rank) => (rank < k ? 1 / Math.log2(rank + 2) : 0)),
        mrr: mean((rank) => (rank < k ? 1 / (rank + 1) : 0)),
        recall: hr,
        ...lists.at(k),
      };
    }),
  };
}

/** By item: the share of the other items that have fewer clicks, those with as many counted half. */
function sharesClickedLess(clicks: Float64Array): Float64Array {
  const sorted = clicks.slice(1).sort();
  const shares = new Float64Array(clicks.length);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  sorted.forEach((count, place) => {
    if (!first.has(count)) first.set(count, place);
    last.set(count, place);
  });
  const others = Math.max(1, sorted.length - 1);
  for (let item = 1; item < clicks.length; item++) {
    shares[item] = (first.get(clicks[item]!)! + last.get(clicks[item]!)!) / 2 / others;
  }
  return shares;
}
