import type { Leaves, Lookup } from '../../kernels/differentiate.js';
import { add, concat, expandDims, matMul, max, mul, relu, reshape, slice, sum } from '../../kernels/recorded.js';
import { floats, type Tensor } from '../../kernels/tensorflow.js';
import { recordedDense } from '../../recorded-layers/dense.js';
import { crossNetwork, type CrossTraining } from '../dcn/cross-network.js';
import { targetAttention } from '../target-attention/target-attention.js';
import type { RankerConfig } from './config.js';
import { attentionOf, dcnOf } from './parameters.js';
import { numericCount, type RankBatch } from './rank-batch.js';

/** Name of the frozen table of the encoder's item vectors, each of length 1. */
export const vectorTable = 'encoder_vectors';

export function rankLookups(config: RankerConfig, batch: RankBatch): Record<string, Lookup> {
  const { lists, candidates, clicks } = batch;
  const frozen = {
    history: { table: vectorTable, indexes: batch.historyItems, shape: [lists, clicks] },
    candidates: { table: vectorTable, indexes: batch.candidateItems, shape: [lists, candidates] },
  };
  if (config.itemBuckets === 0) return frozen;
  const own = { table: 'embedding', indexes: batch.candidateBuckets, shape: [lists, candidates] };
  return { ...frozen, own };
}

/** One score a candidate, [B, C]: what a DCN makes of the candidate, its attention over the history, and numbers. */
export function rankScores(
  config: RankerConfig,
  batch: RankBatch,
  { weight, vectors }: Leaves<string>,
  training: CrossTraining = {},
): Tensor {
  const { lists, candidates, clicks } = batch;
  const real = Float32Array.from(batch.historyItems, (item) => (item === 0 ? 0 : 1));
  const isReal = floats(real, [lists, 1, clicks]);
  const candidateVectors = vectors('candidates'); // [B, C, E]
  const historyVectors = vectors('history'); // [B, T, E]
  const queries = recordedDense(candidateVectors, 'project', weight); // [B, C, D]
  const recency = slice(weight('recency'), [config.history - clicks, 0], [clicks, config.dim]);
  const keys = add(recordedDense(historyVectors, 'project', weight), expandDims(recency, 0)); // [B, T, D]
  const { output: attended } = targetAttention(attentionOf(config), { queries, keys, isReal }, (name) =>
    weight(`attention.${name}`),
  );
  const parts = [
    queries,
    attended,
    likeness(candidateVectors, historyVectors, real),
    floats(batch.numeric, [lists, candidates, numericCount]),
    ...(config.itemBuckets === 0 ? [] : [vectors('own')]),
  ];
  const x0 = reshape(concat(parts, 2), [lists * candidates, -1]);
  const { logit } = crossNetwork(dcnOf(config), x0, weight, training);
  const scores = reshape(logit, [lists, candidates]);
  if (!config.keepScore) return scores;
  return add(scores, mul(weight('score.gain'), floats(batch.scores, [lists, candidates])));
}

/**
 * Cosines of candidates and history: the greatest (at least 0, which is what padding has), the mean, that of the newest
 * item; [B, C, 3], 0 without a history.
 */
function likeness(candidates: Tensor, history: Tensor, real: Float32Array): Tensor {
  const [lists = 0, count = 0] = candidates.shape;
  const [, clicks = 0] = history.shape;
  const cosines = matMul(candidates, history, false, true); // [B, C, T], 0 at padding
  const shares = Float32Array.from({ length: lists }, (_, list) => {
    const clicked = real.subarray(list * clicks, (list + 1) * clicks).reduce((total, one) => total + one, 0);
    return 1 / Math.max(1, clicked);
  });
  const mean = mul(sum(cosines, 2, true), floats(shares, [lists, 1, 1]));
  const newest = slice(cosines, [0, 0, clicks - 1], [lists, count, 1]);
  return concat([relu(max(cosines, 2, true)), mean, newest], 2);
}
