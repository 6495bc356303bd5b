import type { SequenceEncoderConfig } from '../config.js';
import { add, concatLast, multiply, splitLast } from '../kernels/kernels.js';
import { scope, type Tensor } from '../kernels/tensorflow.js';
import { dense, denseGradient, type DenseWeights } from './dense.js';

/** How an embedding of the user joins the vector of the sequence. */
export type UserJoin = Exclude<SequenceEncoderConfig['user'], 'none'>;

export interface JoinUserOutput {
  /** [B, D] */
  readonly y: Tensor;
  readonly users: Tensor;
  readonly pooled: Tensor;
  /** Both side by side, [B, 2D]; of `concat` only. */
  readonly joined: Tensor | undefined;
}

/**
 * The user's embedding [B, D] and the pooled vector [B, D] added, multiplied, or side by side through a dense layer of
 * kernel [2D, D]. Source: document 000, section 4.
 */
export function joinUser(
  kind: UserJoin,
  users: Tensor,
  pooled: Tensor,
  weights: DenseWeights | undefined,
): JoinUserOutput {
  return scope(() => {
    if (weights !== undefined) {
      const joined = concatLast([users, pooled]);
      return { y: dense(joined, weights), users, pooled, joined };
    }
    return { y: (kind === 'product' ? multiply : add)(users, pooled), users, pooled, joined: undefined };
  });
}

/** Gradients for users and pooled vectors, both [B, D], and the weights, given that of y [B, D]. */
export function joinUserGradient(
  kind: UserJoin,
  dy: Tensor,
  { users, pooled, joined }: JoinUserOutput,
  weights: DenseWeights | undefined,
): { dusers: Tensor; dpooled: Tensor; weights: DenseWeights | undefined } {
  return scope(() => {
    if (weights !== undefined && joined !== undefined) {
      const output = denseGradient(dy, joined, weights);
      const [dusers, dpooled] = splitLast(output.dx, 2);
      return { dusers: dusers!, dpooled: dpooled!, weights: output.weights };
    }
    if (kind === 'product') return { dusers: multiply(dy, pooled), dpooled: multiply(dy, users), weights: undefined };
    return { dusers: dy, dpooled: dy, weights: undefined };
  });
}
