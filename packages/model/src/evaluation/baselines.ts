import type { LabelledSequences, SequenceBatch } from '../data/sequence-batch.js';
import type { RankingMetrics } from './rank-of-target.js';

export interface BaselineRequest extends LabelledSequences {
  readonly train: SequenceBatch;
  readonly itemCount: number;
  /** As in `evaluateFullRanking`. */
  readonly exclude?: SequenceBatch;
  readonly k?: number;
}

export function evaluatePopularity(_request: BaselineRequest): RankingMetrics {
  throw new Error('not written yet');
}

export function evaluateMarkov(_request: BaselineRequest): RankingMetrics {
  throw new Error('not written yet');
}
