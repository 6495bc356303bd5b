/**
 * Products whose gradients are recorded as one step: TensorFlow.js' own reshape both factors and the result to three axes
 * and back, each time a kernel.
 */
// oxlint-disable-next-line import/no-unassigned-import -- for its effects, before TensorFlow.js loads
import './prepare-process.js';
import * as tf from '@tensorflow/tfjs-node-gpu';
import { biasAdd, biasGradient, matMul } from './kernels.js';
import type { Tensor } from './tensorflow.js';

/** What `customGrad` hands on: tensors, and behind them the function that keeps some for the way back. */
type Save = (tensors: Tensor[]) => void;

/** [n,k] [k,m] -> [n,m] */
export function product(a: Tensor, b: Tensor): Tensor {
  return tf.customGrad((left, right, save) => {
    (save as Save)([left as Tensor, right as Tensor]);
    return {
      value: matMul(left as Tensor, right as Tensor),
      gradFunc: (dy: Tensor, [x, y]: Tensor[]) => [
        matMul(dy, y!, { transposeB: true }),
        matMul(x!, dy, { transposeA: true }),
      ],
    };
  })(a, b);
}

/** [n,k] [m,k] -> [n,m] */
export function productTransposed(a: Tensor, b: Tensor): Tensor {
  return tf.customGrad((left, right, save) => {
    (save as Save)([left as Tensor, right as Tensor]);
    return {
      value: matMul(left as Tensor, right as Tensor, { transposeB: true }),
      gradFunc: (dy: Tensor, [x, y]: Tensor[]) => [matMul(dy, y!), matMul(dy, x!, { transposeA: true })],
    };
  })(a, b);
}

/** [n,k] [k,m] + [m] -> [n,m] */
export function linear(x: Tensor, kernel: Tensor, bias: Tensor): Tensor {
  return tf.customGrad((input, weights, added, save) => {
    (save as Save)([input as Tensor, weights as Tensor]);
    return {
      value: biasAdd(matMul(input as Tensor, weights as Tensor), added as Tensor),
      gradFunc: (dy: Tensor, [saved, matrix]: Tensor[]) => [
        matMul(dy, matrix!, { transposeB: true }),
        matMul(saved!, dy, { transposeA: true }),
        biasGradient(dy),
      ],
    };
  })(x, kernel, bias);
}
