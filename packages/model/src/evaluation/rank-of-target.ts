/** Means over queries. */
export interface RankingMetrics {
  /** Share of queries whose target is among the first k. */
  readonly hr: number;
  /** Mean of 1 / log2(rank + 2) of targets among the first k, rank from 0. */
  readonly ndcg: number;
  /** Queries. */
  readonly count: number;
}
