import { logSumExp, mean, mul, sub, sum } from '../kernels/recorded.js';
import { floats, type Tensor } from '../kernels/tensorflow.js';
import { binaryCrossEntropy } from './binary-cross-entropy.js';

/** Mean over lists of -log softmax of the clicked candidate; scores [B, C], `targets` the place of each list's click. */
export function listwiseLoss(scores: Tensor, targets: Int32Array): Tensor {
  const clicked = sum(mul(scores, oneHot(targets, scores)), 1); // [B]
  return mean(sub(logSumExp(scores, 1), clicked));
}

/** Mean over candidates of their cross-entropy: the clicked one of each list is 1, the others 0. */
export function pointwiseLoss(scores: Tensor, targets: Int32Array): Tensor {
  return binaryCrossEntropy(scores, oneHot(targets, scores));
}

function oneHot(targets: Int32Array, { shape: [lists = 0, candidates = 0] }: Tensor): Tensor {
  const ones = new Float32Array(lists * candidates);
  targets.forEach((target, list) => (ones[list * candidates + target] = 1));
  return floats(ones, [lists, candidates]);
}
