import type { Leaves } from '../../kernels/differentiate.js';
import { concat, expandDims, matMul, mul, ones, squeeze, sub, transpose } from '../../kernels/recorded.js';
import type { Tensor } from '../../kernels/tensorflow.js';
import { recordedDense } from '../../recorded-layers/dense.js';
import { maskedSoftmax } from '../../recorded-layers/masked-softmax.js';
import type { TargetAttentionInput, TargetAttentionOutput } from './target-attention.js';

type Weight = Leaves<string>['weight'];

/** weight[t] = relu(<key[t], kernel> + bias), the same for every candidate. Source: document 002, 2.3. */
export function activationUnit(
  { softmax }: { readonly softmax: boolean },
  input: TargetAttentionInput,
  weight: Weight,
): TargetAttentionOutput {
  const [batch = 0, candidates = 0] = input.queries.shape;
  const scores = transpose(recordedDense(input.keys, 'unit', weight, 'relu'), [0, 2, 1]); // [B, 1, T]
  const { output, weights } = weighted(scores, softmax, input);
  return { output: candidates === 1 ? output : mul(output, ones([batch, candidates, 1])), weights };
}

/**
 * weight[c, t] = dense(sigmoid(dense([query, key, query - key, query * key]))).
 * Source: Zhou et al. 2018, Deep Interest Network for Click-Through Rate Prediction, 4.3.
 */
export function dinActivationUnit(
  { softmax }: { readonly softmax: boolean },
  input: TargetAttentionInput,
  weight: Weight,
): TargetAttentionOutput {
  const [batch = 0, candidates = 0] = input.queries.shape;
  const [, clicks = 0] = input.keys.shape;
  const everyPair = ones([batch, candidates, clicks, 1]);
  const queries = mul(expandDims(input.queries, 2), everyPair); // [B, C, T, D]
  const keys = mul(expandDims(input.keys, 1), everyPair); // [B, C, T, D]
  const pairs = concat([queries, keys, sub(queries, keys), mul(queries, keys)], 3); // [B, C, T, 4 D]
  const hidden = recordedDense(pairs, 'unit_in', weight, 'sigmoid'); // [B, C, T, hidden]
  const scores = squeeze(recordedDense(hidden, 'unit_out', weight), [3]); // [B, C, T]
  return weighted(scores, softmax, input);
}

/** Scores [B, C, T] without padding, made to add up to 1 with `softmax`, and the sum of the keys so weighed, [B, C, D]. */
function weighted(scores: Tensor, softmax: boolean, { keys, isReal }: TargetAttentionInput): TargetAttentionOutput {
  const weights = softmax ? maskedSoftmax(scores, isReal) : mul(scores, isReal);
  return { output: matMul(weights, keys), weights };
}
