import type { Parameters } from '../parameters.js';
import type { DcnConfig } from './config.js';

/**
 * Kernels and biases of the DNN with batch normalisation by the moving statistics taken into them: to predict, a layer is
 * then dense and relu alone. By parameter name; what else there is stays as it is.
 */
export function foldBatchNorm({ hidden, normEpsilon }: DcnConfig, parameters: Parameters): Map<string, Float32Array> {
  const folded = new Map<string, Float32Array>();
  hidden.forEach((width, layer) => {
    const of = (part: string): Float32Array => parameters.get(`dnn${layer}.${part}`)!.value;
    const [gamma, beta, mean, variance] = [of('gamma'), of('beta'), of('movingMean'), of('movingVariance')];
    const scale = gamma.map((value, at) => value / Math.sqrt(variance[at]! + normEpsilon));
    const bias = of('bias').map((value, at) => (value - mean[at]!) * scale[at]! + beta[at]!);
    folded.set(
      `dnn${layer}.kernel`,
      of('kernel').map((value, at) => value * scale[at % width]!),
    );
    folded.set(`dnn${layer}.bias`, bias);
  });
  return folded;
}
