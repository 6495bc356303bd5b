import type { Leaves } from '../../kernels/differentiate.js';
import { product, productTransposed } from '../../kernels/recorded-products.js';
import { add, concat, mul, softmax, stack } from '../../kernels/recorded.js';
import { floats, type Tensor } from '../../kernels/tensorflow.js';
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
  const turned = productTransposed(x, weight(`${name}.w`)); // [B, M]
  return add(mul(x0, add(turned, weight(`${name}.b`))), x);
}

/**
 * x0 * (sum over experts of gate * (U V^T x + b)) + x. All experts at once: their V side by side, each expert's part of
 * V^T x times its gate, their U side by side. Source: document 003; Wang et al. 2021, equation 3.
 */
function mixedCrossLayer(x0: Tensor, x: Tensor, experts: number, name: string, weight: Weight): Tensor {
  const ofExperts = (part: string): Tensor[] =>
    Array.from({ length: experts }, (_, expert) => weight(`${name}.expert${expert}.${part}`));
  const v = concat(ofExperts('v'), 1); // [M, experts * r]
  const u = concat(ofExperts('u'), 1); // [M, experts * r]
  const biases = stack(ofExperts('b')); // [experts, M]
  const gates = softmax(recordedDense(x, `${name}.gate`, weight)); // [B, experts]
  const low = mul(product(x, v), product(gates, repeater(experts, v.shape[1]! / experts))); // [B, experts * r]
  const mixed = add(productTransposed(low, u), product(gates, biases)); // [B, M]
  return add(mul(x0, mixed), x);
}

/** [experts, experts * r], 1 where a column is of the row's expert: repeats each gate r times. */
function repeater(experts: number, rank: number): Tensor {
  const columns = experts * rank;
  const ones = Float32Array.from({ length: experts * columns }, (_, at) =>
    Math.floor((at % columns) / rank) === Math.floor(at / columns) ? 1 : 0,
  );
  return floats(ones, [experts, columns]);
}
