import {
  add,
  batchMatMul,
  concatFirst,
  multiply,
  reshape,
  sliceFirst,
  subtract,
  sumLast,
  transpose,
} from '../kernels/kernels.js';
import { softmax } from '../kernels/softmax.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';
import { dense, denseGradient, type DenseWeights } from './dense.js';

export interface SelfAttentionWeights {
  /** Query, key and value side by side: kernel [D, 3D], bias [3D]. */
  readonly queryKeyValue: DenseWeights;
  /** kernel [D, D], bias [D] */
  readonly dense: DenseWeights;
}

/** Rows are places of sequences, place by place: row l * B + b, so x is [L * B, D]. */
export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
}

export interface SelfAttentionOutput {
  /** [L * B, D] */
  readonly y: Tensor;
  readonly x: Tensor;
  /** Divided by sqrt(D / H) already; like keys, values and context [H, B, L, D / H]. */
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
  /** [H, B, L, L] */
  readonly probabilities: Tensor;
  readonly context: Tensor;
  /** The heads' contexts side by side, [L * B, D]. */
  readonly merged: Tensor;
}

/**
 * softmax(Q K^T / sqrt(D / H) + mask) V, heads side by side, then dense. `mask` broadcasts to [B, L, L]; undefined: all places are looked at.
 * Source: document 004, self-attention, steps 1 to 8.
 */
export function selfAttention(
  x: Tensor,
  weights: SelfAttentionWeights,
  mask: Tensor | undefined,
  { batch, length, heads }: AttentionShape,
): SelfAttentionOutput {
  return scope(() => {
    const size = x.shape[1]! / heads;
    const queryKeyValue = dense(x, weights.queryKeyValue); // [L * B, 3D]
    const split = transpose(reshape(queryKeyValue, [length, batch, 3 * heads, size]), [2, 1, 0, 3]); // [3H, B, L, D / H]
    const queries = multiply(sliceFirst(split, 0, heads), scalar(1 / Math.sqrt(size)));
    const keys = sliceFirst(split, heads, heads);
    const values = sliceFirst(split, 2 * heads, heads);
    const scores = batchMatMul(queries, keys, { transposeB: true });
    const probabilities = softmax(mask === undefined ? scores : add(scores, mask)); // [H, B, L, L]
    const context = batchMatMul(probabilities, values); // [H, B, L, D / H]
    const merged = reshape(transpose(context, [2, 1, 0, 3]), [length * batch, heads * size]);
    return { y: dense(merged, weights.dense), x, queries, keys, values, probabilities, context, merged };
  });
}

/** With P the probabilities: dS = P (dP - sum(dP P)), where sum(dP P) = sum(dcontext context) over the shorter axis. */
export function selfAttentionGradient(
  dy: Tensor,
  forward: SelfAttentionOutput,
  weights: SelfAttentionWeights,
  { batch, length, heads }: AttentionShape,
): { dx: Tensor; weights: SelfAttentionWeights } {
  return scope(() => {
    const { queries, keys, values, probabilities, context } = forward;
    const size = dy.shape[1]! / heads;
    const output = denseGradient(dy, forward.merged, weights.dense);
    const dcontext = transpose(reshape(output.dx, [length, batch, heads, size]), [2, 1, 0, 3]); // [H, B, L, D / H]
    const dvalues = batchMatMul(probabilities, dcontext, { transposeA: true });
    const dprobabilities = batchMatMul(dcontext, values, { transposeB: true }); // [H, B, L, L]
    const dscores = multiply(probabilities, subtract(dprobabilities, sumLast(multiply(dcontext, context))));
    const dqueries = multiply(batchMatMul(dscores, keys), scalar(1 / Math.sqrt(size)));
    const dkeys = batchMatMul(dscores, queries, { transposeA: true });
    const dsplit = transpose(concatFirst([dqueries, dkeys, dvalues]), [2, 1, 0, 3]); // [L, B, 3H, D / H]
    const input = denseGradient(reshape(dsplit, [length * batch, 3 * heads * size]), forward.x, weights.queryKeyValue);
    return { dx: input.dx, weights: { queryKeyValue: input.weights, dense: output.weights } };
  });
}

function scalar(value: number): Tensor {
  return floats(Float32Array.of(value), []);
}
