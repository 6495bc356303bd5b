import type { Leaves } from '../kernels/differentiate.js';
import { linear } from '../kernels/recorded-products.js';
import { relu, reshape, sigmoid } from '../kernels/recorded.js';
import type { Tensor } from '../kernels/tensorflow.js';

/** x [..., n] times `<name>.kernel` [n, m], plus `<name>.bias` [m], through the activation: [..., m]. */
export function recordedDense(
  x: Tensor,
  name: string,
  weight: Leaves<string>['weight'],
  activation: keyof typeof activations = 'linear',
): Tensor {
  const kernel = weight(`${name}.kernel`);
  const [inputs = 0, outputs = 0] = kernel.shape;
  const isMatrix = x.shape.length === 2;
  const rows = isMatrix ? x : reshape(x, [-1, inputs]);
  const y = activations[activation](linear(rows, kernel, weight(`${name}.bias`)));
  return isMatrix ? y : reshape(y, [...x.shape.slice(0, -1), outputs]);
}

const activations = { linear: (x: Tensor): Tensor => x, relu, sigmoid };
