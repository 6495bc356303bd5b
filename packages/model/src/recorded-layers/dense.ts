import type { Leaves } from '../kernels/differentiate.js';
import { fused, reshape } from '../kernels/recorded.js';
import type { Tensor } from '../kernels/tensorflow.js';

/** x [..., n] times `<name>.kernel` [n, m], plus `<name>.bias` [m], through the activation: [..., m]. */
export function recordedDense(
  x: Tensor,
  name: string,
  weight: Leaves<string>['weight'],
  activation: 'linear' | 'relu' | 'sigmoid' = 'linear',
): Tensor {
  const kernel = weight(`${name}.kernel`);
  const [inputs = 0, outputs = 0] = kernel.shape;
  // One kernel for product, bias and activation, but for an activation that is being recorded.
  const y = fused.matMul({ a: reshape(x, [-1, inputs]), b: kernel, bias: weight(`${name}.bias`), activation });
  return reshape(y, [...x.shape.slice(0, -1), outputs]);
}
