/** Means over queries. */
export interface RankingMetrics {
  /** Share of queries whose target is among the first k. */
  readonly hr: number;
  /** Mean of 1 / log2(rank + 2) of targets among the first k, rank from 0. */
  readonly ndcg: number;
  /** Queries. */
  readonly count: number;
}

/** The rank of a target that could not be ranked: a miss at every k. */
export const unranked = -1;

/**
 * How many items stand before the target, from 0. `scores[i]` is item i's, [0] the padding's and ignored. Ties count
 * against the target, as does a score that is not a number, so that a model that says nothing gets nothing.
 */
export function rankOfTarget(scores: ArrayLike<number>, target: number, excluded: Int32Array): number {
  const own = scores[target]!;
  // The loop over the catalogue counts the target too, and has no branch.
  let rank = -1;
  for (let item = 1; item < scores.length; item++) rank += scores[item]! < own ? 0 : 1;
  for (const item of new Set(excluded)) {
    if (item !== target && item > 0 && item < scores.length && !(scores[item]! < own)) rank--;
  }
  return rank;
}

/** Throws nothing: no ranks give a count of 0 and zeros. */
export function rankingMetrics(ranks: Int32Array, k: number): RankingMetrics {
  let hits = 0;
  let gain = 0;
  for (const rank of ranks) {
    if (rank === unranked || rank >= k) continue;
    hits += 1;
    gain += 1 / Math.log2(rank + 2);
  }
  const count = ranks.length;
  return count === 0 ? { hr: 0, ndcg: 0, count } : { hr: hits / count, ndcg: gain / count, count };
}
