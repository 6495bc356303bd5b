import { mean, mul, softplus, sub } from '../kernels/recorded.js';
import type { Tensor } from '../kernels/tensorflow.js';

/** Mean over the batch of -y log(p) - (1 - y) log(1 - p), p = sigmoid(logit); logits and labels [B], a scalar. */
export function binaryCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return mean(sub(softplus(logits), mul(labels, logits)));
}
