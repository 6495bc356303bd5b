// oxlint-disable-next-line import/no-unassigned-import -- for its effects, before TensorFlow.js loads
import './prepare-process.js';
import * as tf from '@tensorflow/tfjs-node-gpu';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import { floatType, indexType, type Tensor } from './tensorflow.js';

/**
 * logsumexp(row) - the row's logit at its label, [rows]; recorded. Loss and gradient are one pass of TensorFlow's fused
 * kernel, which TensorFlow.js does not offer. `logits` [rows, classes], `labels` [rows] integers.
 */
export function sparseSoftmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const crossEntropy = tf.customGrad((x, save) => {
    const backend = tf.backend() as NodeJSKernelBackend;
    const attributes = [floatType, indexType('Tlabels')];
    const inputs = [x as Tensor, labels];
    const [loss, gradient] = backend.executeMultipleOutputs(
      'SparseSoftmaxCrossEntropyWithLogits',
      attributes,
      inputs,
      2,
    );
    (save as (tensors: Tensor[]) => void)([gradient!]);
    return {
      value: loss!,
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(saved!, tf.expandDims(dy, 1)),
    };
  });
  return crossEntropy(logits);
}
