import type { Leaves } from '../kernels/differentiate.js';
import { add, matMul, reshape } from '../kernels/recorded.js';
import type { Tensor } from '../kernels/tensorflow.js';

/** x [..., n] times `<name>.kernel` [n, m], plus `<name>.bias` [m]: [..., m]. */
export function recordedDense(x: Tensor, name: string, weight: Leaves<string>['weight']): Tensor {
  const kernel = weight(`${name}.kernel`);
  const [inputs = 0, outputs = 0] = kernel.shape;
  const y = add(matMul(reshape(x, [-1, inputs]), kernel), weight(`${name}.bias`));
  return reshape(y, [...x.shape.slice(0, -1), outputs]);
}
