import type { LabelledSequences, SequenceBatch } from '../data/sequence-batch.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { rankQueries } from './evaluate-ranking.js';
import { rankingMetrics, type RankingMetrics } from './rank-of-target.js';
import { encoderScores } from './scores.js';

export interface FullRankingRequest extends LabelledSequences {
  readonly encoder: SequenceEncoder;
  /** Items that are not ranked, one list a query (the target always is); by default the inputs: seen items removed. */
  readonly exclude?: SequenceBatch;
  /** 10 unless set. */
  readonly k?: number;
}

/** HR@k and NDCG@k of ranking every target among all items but the excluded ones; ties count against the model. */
export async function evaluateFullRanking(request: FullRankingRequest): Promise<RankingMetrics> {
  return rankingMetrics(await rankTargets(request), request.k ?? 10);
}

/**
 * The rank of every target among all items but the excluded ones, from 0; -1 for a target that the encoder does not know
 * (outside 1 to N) or a query with an empty input. Yields to the event loop between blocks.
 */
export async function rankTargets({ encoder, ...request }: FullRankingRequest): Promise<Int32Array> {
  return rankQueries({ ...request, scores: encoderScores(encoder) }, encoder.itemCount);
}
