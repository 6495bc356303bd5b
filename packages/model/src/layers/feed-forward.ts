import { scope, type Tensor } from '../kernels/tensorflow.js';
import { activate, activationGradient, type Activation, type ActivationOutput } from './activation.js';
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
  /** [rows, F] */
  readonly activated: ActivationOutput;
}

/** y = activation(x W1 + b1) W2 + b2, each row of x [rows, D] by itself. */
export function feedForward(x: Tensor, weights: FeedForwardWeights, activation: Activation): FeedForwardOutput {
  return scope(() => {
    const activated = activate(activation, dense(x, weights.in));
    return { y: dense(activated.y, weights.out), x, activated };
  });
}

/** Gradients for x [rows, D] and the weights, given that of y [rows, D]. */
export function feedForwardGradient(
  dy: Tensor,
  { x, activated }: FeedForwardOutput,
  weights: FeedForwardWeights,
): { dx: Tensor; weights: FeedForwardWeights } {
  return scope(() => {
    const out = denseGradient(dy, activated.y, weights.out);
    const input = denseGradient(activationGradient(out.dx, activated), x, weights.in);
    return { dx: input.dx, weights: { in: input.weights, out: out.weights } };
  });
}
