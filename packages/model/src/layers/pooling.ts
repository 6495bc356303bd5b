import type { SequenceEncoderConfig } from '../config.js';
import { add, matMul, padFirst, reshape, sliceFirst, sumAll } from '../kernels/kernels.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';
import type { DenseWeights } from './dense.js';

export type Pooling = SequenceEncoderConfig['pooling'];

/** Rows are places of sequences, place by place: row l * B + b. */
export interface PlaceShape {
  readonly batch: number;
  readonly length: number;
}

/**
 * One vector a sequence, [B, D], of its places x [L * B, D]: the last one; the mean of all, padded ones too; or
 * sum_l kernel[l] x[l] + bias with learned weights, kernel [L, 1] and bias [1]. Source: document 000, section 4.
 */
export function pool(kind: Pooling, x: Tensor, weights: DenseWeights | undefined, shape: PlaceShape): Tensor {
  const { batch, length } = shape;
  const dim = x.shape[1]!;
  return scope(() => {
    if (kind === 'last') return sliceFirst(x, (length - 1) * batch, batch);
    const byPlace = reshape(x, [length, batch * dim]);
    const pooled = reshape(matMul(placeWeights(weights, length), byPlace, { transposeA: true }), [batch, dim]);
    return weights === undefined ? pooled : add(pooled, weights.bias);
  });
}

/** Gradients for x [L * B, D] and the weights, given that of y [B, D]. */
export function poolGradient(
  kind: Pooling,
  dy: Tensor,
  x: Tensor,
  weights: DenseWeights | undefined,
  { batch, length }: PlaceShape,
): { dx: Tensor; weights: DenseWeights | undefined } {
  const dim = x.shape[1]!;
  return scope(() => {
    if (kind === 'last') return { dx: padFirst(dy, (length - 1) * batch), weights: undefined };
    const flat = reshape(dy, [1, batch * dim]);
    const dx = reshape(matMul(placeWeights(weights, length), flat), [length * batch, dim]);
    if (weights === undefined) return { dx, weights };
    const kernel = matMul(reshape(x, [length, batch * dim]), flat, { transposeB: true });
    return { dx, weights: { kernel, bias: reshape(sumAll(dy), [1]) } };
  });
}

/** [L, 1]; without learned ones those of the mean. */
function placeWeights(weights: DenseWeights | undefined, length: number): Tensor {
  return weights?.kernel ?? floats(new Float32Array(length).fill(1 / length), [length, 1]);
}
