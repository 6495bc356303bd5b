import { setImmediate } from 'node:timers/promises';
import { sequenceAt, sequenceCount, type LabelledSequences, type SequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { rankingMetrics, rankOfTarget, unranked, type RankingMetrics } from './rank-of-target.js';

export interface FullRankingRequest extends LabelledSequences {
  readonly encoder: SequenceEncoder;
  /** Items that are not ranked, one list a query (the target always is); by default the inputs: seen items removed. */
  readonly exclude?: SequenceBatch;
  /** 10 unless set. */
  readonly k?: number;
}

/** Scores held at once. */
const scoresPerBlock = 2 ** 22;

/** HR@k and NDCG@k of ranking every target among all items but the excluded ones; ties count against the model. */
export async function evaluateFullRanking(request: FullRankingRequest): Promise<RankingMetrics> {
  return rankingMetrics(await rankTargets(request), request.k ?? 10);
}

/**
 * The rank of every target among all items but the excluded ones, from 0; -1 for a target that the encoder does not know
 * (outside 1 to N) or a query with an empty input. Yields to the event loop between blocks.
 */
export async function rankTargets(request: FullRankingRequest): Promise<Int32Array> {
  const { encoder, inputs, targets, exclude = inputs } = request;
  const queries = sequenceCount(inputs);
  if (targets.length !== queries || sequenceCount(exclude) !== queries) {
    throw new ModelInputError(`${queries} inputs, ${targets.length} targets, ${sequenceCount(exclude)} exclusions`);
  }
  const { dim, itemCount } = encoder;
  const users = encoder.encode(inputs);
  const items = floats(encoder.itemVectors(), [itemCount + 1, dim]);
  const perBlock = Math.max(1, Math.floor(scoresPerBlock / (itemCount + 1)));
  const ranks = new Int32Array(queries).fill(unranked);
  try {
    for (let start = 0; start < queries; start += perBlock) {
      const end = Math.min(queries, start + perBlock);
      const block = floats(users.subarray(start * dim, end * dim), [end - start, dim]);
      const scores = scope(() => readFloats(matMul(block, items, { transposeB: true })));
      block.dispose();
      for (let query = start; query < end; query++) {
        const target = targets[query]!;
        if (target < 1 || target > itemCount || inputs.offsets[query] === inputs.offsets[query + 1]) continue;
        const own = scores.subarray((query - start) * (itemCount + 1), (query - start + 1) * (itemCount + 1));
        ranks[query] = rankOfTarget(own, target, sequenceAt(exclude, query));
      }
      await setImmediate();
    }
  } finally {
    items.dispose();
  }
  return ranks;
}
