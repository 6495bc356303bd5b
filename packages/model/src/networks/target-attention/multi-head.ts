import type { Leaves } from '../../kernels/differentiate.js';
import { expandDims, matMul, mul, reshape, softmax, transpose } from '../../kernels/recorded.js';
import type { Tensor } from '../../kernels/tensorflow.js';
import { recordedDense } from '../../recorded-layers/dense.js';
import { maskedSoftmax } from '../../recorded-layers/masked-softmax.js';
import type { TargetAttentionInput, TargetAttentionOutput } from './target-attention.js';

/**
 * One relu dense layer for query, keys and values; per head softmax(Q K^T / sqrt(D / H)) V; heads side by side; a relu
 * dense layer. Source: document 002, 2.3.
 */
export function multiHead(
  { heads, mask }: { readonly heads: number; readonly mask: boolean },
  input: TargetAttentionInput,
  weight: Leaves<string>['weight'],
): TargetAttentionOutput {
  const [batch = 0, candidates = 0, dim = 0] = input.queries.shape;
  const project = (x: Tensor): Tensor => splitHeads(recordedDense(x, 'in', weight, 'relu'), heads);
  const queries = project(input.queries); // [B, H, C, D / H]
  const keys = project(input.keys); // [B, H, T, D / H]
  const scores = mul(matMul(queries, keys, false, true), Math.sqrt(heads / dim)); // [B, H, C, T]
  const weights = mask ? maskedSoftmax(scores, expandDims(input.isReal, 1)) : softmax(scores);
  const contexts = transpose(matMul(weights, keys), [0, 2, 1, 3]); // [B, C, H, D / H]
  const output = recordedDense(reshape(contexts, [batch, candidates, dim]), 'out', weight, 'relu');
  return { output, weights };
}

/** [B, n, D] -> [B, H, n, D / H] */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch = 0, count = 0, dim = 0] = x.shape;
  return transpose(reshape(x, [batch, count, heads, dim / heads]), [0, 2, 1, 3]);
}
