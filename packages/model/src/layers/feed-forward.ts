import { relu, reluGradient } from '../kernels/kernels.js';
import { scope, type Tensor } from '../kernels/tensorflow.js';
import { dense, denseGradient, type DenseWeights } from './dense.js';

export interface FeedForwardWeights {
  /** [D, F] */
  readonly in: DenseWeights;
  /** [F, D] */
  readonly out: DenseWeights;
}

export interface FeedForwardOutput {
  readonly y: Tensor;
  readonly x: Tensor;
  /** After relu, [rows, F]. */
  readonly activated: Tensor;
}

/** y = relu(x W1 + b1) W2 + b2, each row of x [rows, D] by itself. */
export function feedForward(x: Tensor, weights: FeedForwardWeights): FeedForwardOutput {
  return scope(() => {
    const activated = relu(dense(x, weights.in));
    return { y: dense(activated, weights.out), x, activated };
  });
}

/** Gradients for x [rows, D] and the weights, given that of y [rows, D]. */
export function feedForwardGradient(
  dy: Tensor,
  { x, activated }: FeedForwardOutput,
  weights: FeedForwardWeights,
): { dx: Tensor; weights: FeedForwardWeights } {
  return scope(() => {
    const out = denseGradient(dy, activated, weights.out);
    const input = denseGradient(reluGradient(out.dx, activated), x, weights.in);
    return { dx: input.dx, weights: { in: input.weights, out: out.weights } };
  });
}
