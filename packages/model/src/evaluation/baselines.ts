import type { LabelledSequences, SequenceBatch } from '../data/sequence-batch.js';
import { rankEach } from './evaluate-ranking.js';
import { rankingMetrics, type RankingMetrics } from './rank-of-target.js';
import { markovScores, popularityScores, type Scores } from './scores.js';

export interface BaselineRequest extends LabelledSequences {
  readonly train: SequenceBatch;
  readonly itemCount: number;
  /** As in `evaluateFullRanking`. */
  readonly exclude?: SequenceBatch;
  readonly k?: number;
}

/** Ranks items by their clicks in `train`, the same for everybody. */
export function evaluatePopularity(request: BaselineRequest): RankingMetrics {
  return evaluate(request, popularityScores(request.train, request.itemCount));
}

/** Ranks items by how often they followed the query's last item in `train`; equals by popularity. */
export function evaluateMarkov(request: BaselineRequest): RankingMetrics {
  return evaluate(request, markovScores(request.train, request.itemCount));
}

function evaluate({ itemCount, k = 10, ...request }: BaselineRequest, scores: Scores): RankingMetrics {
  return rankingMetrics(Int32Array.from(rankEach({ ...request, scores }, itemCount)), k);
}
