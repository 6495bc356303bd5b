import type { LabelledSequences, SequenceBatch } from '../data/sequence-batch.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import type { RankingMetrics } from './rank-of-target.js';

export interface FullRankingRequest extends LabelledSequences {
  readonly encoder: SequenceEncoder;
  /** Items that are not ranked, one list a query (the target always is); by default the inputs: seen items removed. */
  readonly exclude?: SequenceBatch;
  /** 10 unless set. */
  readonly k?: number;
}

export async function evaluateFullRanking(_request: FullRankingRequest): Promise<RankingMetrics> {
  throw new Error('not written yet');
}
