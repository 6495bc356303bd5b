import { biasAdd, biasGradient, matMul } from '../kernels/kernels.js';
import type { Tensor } from '../kernels/tensorflow.js';

export interface DenseWeights {
  /** [in, out] */
  readonly kernel: Tensor;
  /** [out] */
  readonly bias: Tensor;
}

/** y = x W + b; x [rows, in] -> y [rows, out]. */
export function dense(x: Tensor, { kernel, bias }: DenseWeights): Tensor {
  return biasAdd(matMul(x, kernel), bias);
}

/** dx = dy W^T, dW = x^T dy, db = the sum of dy's rows. */
export function denseGradient(dy: Tensor, x: Tensor, { kernel }: DenseWeights): { dx: Tensor; weights: DenseWeights } {
  return {
    dx: matMul(dy, kernel, { transposeB: true }),
    weights: { kernel: matMul(x, dy, { transposeA: true }), bias: biasGradient(dy) },
  };
}
