import type { Leaves } from '../../kernels/differentiate.js';
import { concat, mul, relu, squeeze } from '../../kernels/recorded.js';
import type { Tensor } from '../../kernels/tensorflow.js';
import type { DropoutMasks } from '../../layers/dropout.js';
import { batchNorm, type BatchStatistics } from '../../recorded-layers/batch-norm.js';
import { recordedDense } from '../../recorded-layers/dense.js';
import type { DcnConfig } from './config.js';
import { crossLayers } from './cross-layers.js';

type Weight = Leaves<string>['weight'];

/** Unlike predicting with the parameters as they are. */
export interface CrossTraining {
  /** While training: the batch's, to be noted. */
  readonly statistics?: BatchStatistics | undefined;
  /** While training. */
  readonly dropout?: DropoutMasks | undefined;
}

/** Everything after the input vector x0 [B, M]: cross layers, DNN, and the logit [B]. Source: document 003. */
export function crossNetwork(
  config: DcnConfig,
  x0: Tensor,
  weight: Weight,
  training: CrossTraining = {},
): { readonly cross: Tensor; readonly logit: Tensor } {
  const cross = crossLayers(config, x0, weight); // [B, M]
  const last = combined(config, x0, cross, weight, training);
  return { cross, logit: squeeze(recordedDense(last, 'linear', weight), [1]) };
}

function combined(config: DcnConfig, x0: Tensor, cross: Tensor, weight: Weight, training: CrossTraining): Tensor {
  switch (config.method) {
    case 'parallel':
      return concat([cross, deepLayers(config, x0, weight, training)], 1); // [B, M + hidden]
    case 'stacked':
      return deepLayers(config, cross, weight, training); // [B, hidden]
  }
}

/** Per layer: dense, batch normalisation, relu, dropout. */
function deepLayers(config: DcnConfig, input: Tensor, weight: Weight, training: CrossTraining): Tensor {
  let x = input;
  config.hidden.forEach((width, index) => {
    const dense = recordedDense(x, `dnn${index}`, weight); // [B, width]
    x = relu(batchNorm(dense, `dnn${index}`, weight, config.normEpsilon, training.statistics));
    if (training.dropout !== undefined) x = mul(x, training.dropout(x.shape[0] ?? 0, width));
  });
  return x;
}
