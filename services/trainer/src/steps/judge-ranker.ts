import type { RankerMetrics } from '@click-recall/contracts';

/** Whether a ranker may go live, and why. */
export interface RankerVerdict {
  readonly passed: boolean;
  readonly message: string;
}

/** The gate of a ranker: its order must be better than the recalled one, by NDCG@10 on the same held-out clicks. */
export function judgeRanker({ ndcg10, clicks, recalled }: RankerMetrics): RankerVerdict {
  const figures = `NDCG@10 ${ndcg10.recalled.toFixed(4)} recalled, ${ndcg10.reranked.toFixed(4)} re-ranked`;
  const message = `${figures}, on ${clicks} held-out clicks, ${recalled} of them among the candidates`;
  // NaN is not above anything, so it does not pass.
  return { passed: ndcg10.reranked > ndcg10.recalled, message };
}
