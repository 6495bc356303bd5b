import { sequenceAt } from '../data/sequence-batch.js';
import type { Ranker, RankQuery } from '../networks/ranker/ranker.js';
import { createBestRows, type BestRows } from './best-rows.js';
import type { Scores } from './scores.js';

export interface Recall {
  /** What recalls. */
  readonly scores: Scores;
  /** N of its vocabulary. */
  readonly itemCount: number;
  /** Items of a recalled list, the best that the query's input does not have. */
  readonly candidates: number;
}

/** Scores after a second stage: the recalled items of each query first, in the ranker's order, then all others as they were. */
export function rerankedScores(ranker: Ranker, recall: Recall): Scores {
  const bestRows = createBestRows(recall.itemCount + 1, recall.candidates, eligibleItems(recall.itemCount));
  return function* scores(inputs) {
    let query = 0;
    for (const recalled of recall.scores(inputs)) {
      const input = sequenceAt(inputs, query++);
      yield recalled && reranked(ranker, recalled, input, bestRows);
    }
  };
}

function reranked(ranker: Ranker, recalled: ArrayLike<number>, input: Int32Array, bestRows: BestRows): Float32Array {
  const scores = Float32Array.from(recalled);
  const list = recalledList(scores, input, bestRows);
  const [own] = ranker.score([list]);
  const above = scores.reduce((most, score) => Math.max(most, score), 0) + 1;
  const least = own!.reduce((lowest, score) => Math.min(lowest, score), Infinity);
  list.candidates.forEach((item, place) => (scores[item] = above + own![place]! - least));
  return scores;
}

/** A query's list as recall would have it, from the scores of all items. */
export function recalledList(scores: Float32Array, input: Int32Array, bestRows: BestRows): RankQuery {
  const candidates = bestRows(scores, input).slice();
  return {
    history: Int32Array.from(new Set(input.toReversed())).reverse(),
    candidates,
    recallScores: Float32Array.from(candidates, (item) => scores[item]!),
  };
}

/** All but the padding. */
export function eligibleItems(itemCount: number): Uint8Array {
  return new Uint8Array(itemCount + 1).fill(1, 1);
}
