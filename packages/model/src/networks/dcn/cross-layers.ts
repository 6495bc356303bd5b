import type { Leaves } from '../../kernels/differentiate.js';
import { add, matMul, mul, slice, softmax } from '../../kernels/recorded.js';
import type { Tensor } from '../../kernels/tensorflow.js';
import { recordedDense } from '../../recorded-layers/dense.js';
import type { DcnConfig } from './config.js';

type Weight = Leaves<string>['weight'];

/** What says how cross layers are made. */
export type CrossConfig = Pick<DcnConfig, 'cross' | 'order' | 'experts'>;

/** x0 [B, M] through `order` cross layers: [B, M]. */
export function crossLayers({ cross, order, experts }: CrossConfig, x0: Tensor, weight: Weight): Tensor {
  let x = x0;
  for (let layer = 0; layer < order; layer++) {
    switch (cross) {
      case 'v2':
        x = crossLayer(x0, x, `cross${layer}`, weight);
        break;
      case 'mix':
        x = mixedCrossLayer(x0, x, experts, `cross${layer}`, weight);
        break;
    }
  }
  return x;
}

/** x0 * (W x + b) + x. Source: Wang et al. 2021, DCN V2, equation 1. */
function crossLayer(x0: Tensor, x: Tensor, name: string, weight: Weight): Tensor {
  const product = matMul(x, weight(`${name}.w`), false, true); // [B, M]
  return add(mul(x0, add(product, weight(`${name}.b`))), x);
}

/** sum over experts of gate * x0 * (U V^T x + b), plus x. Source: document 003; Wang et al. 2021, equation 3. */
function mixedCrossLayer(x0: Tensor, x: Tensor, experts: number, name: string, weight: Weight): Tensor {
  const [batch = 0] = x.shape;
  const gates = softmax(recordedDense(x, `${name}.gate`, weight)); // [B, experts]
  let sum = x;
  for (let expert = 0; expert < experts; expert++) {
    const prefix = `${name}.expert${expert}`;
    const low = matMul(x, weight(`${prefix}.v`)); // [B, r]
    const product = add(matMul(low, weight(`${prefix}.u`), false, true), weight(`${prefix}.b`)); // [B, M]
    sum = add(sum, mul(slice(gates, [0, expert], [batch, 1]), mul(x0, product)));
  }
  return sum;
}
