import { add, mul, softmax, sub } from '../kernels/recorded.js';
import type { Tensor } from '../kernels/tensorflow.js';

/** Added to the score of padding: its exponential is 0 beside any real one. Source: document 002, 2.3. */
const paddingScore = 2 ** 32 - 1;

/** Softmax over the last axis with 0 at padding; `isReal` is 1 or 0 and broadcasts. A row without anything real is zeros. */
export function maskedSoftmax(scores: Tensor, isReal: Tensor): Tensor {
  const padding = mul(sub(isReal, 1), paddingScore);
  return mul(softmax(add(scores, padding)), isReal);
}
