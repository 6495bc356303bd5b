import { add } from '../kernels/kernels.js';
import { scope, type Tensor } from '../kernels/tensorflow.js';
import { applyMask } from './dropout.js';
import { layerNorm, layerNormGradient, type LayerNormOutput, type LayerNormWeights } from './layer-norm.js';

export interface ResidualNormOutput extends LayerNormOutput {
  readonly dropMask: Tensor | undefined;
}

/** y = norm(x + dropout(branch)), all [rows, D]; without a mask nothing is dropped. */
export function residualNorm(
  x: Tensor,
  branch: Tensor,
  weights: LayerNormWeights,
  epsilon: number,
  dropMask: Tensor | undefined,
): ResidualNormOutput {
  return scope(() => ({ ...layerNorm(add(x, applyMask(branch, dropMask)), weights, epsilon), dropMask }));
}

/** Gradients for x, the branch (both [rows, D]) and the weights, given that of y [rows, D]. */
export function residualNormGradient(
  dy: Tensor,
  forward: ResidualNormOutput,
  weights: LayerNormWeights,
): { dx: Tensor; dbranch: Tensor; weights: LayerNormWeights } {
  return scope(() => {
    const norm = layerNormGradient(dy, forward, weights);
    return { dx: norm.dx, dbranch: applyMask(norm.dx, forward.dropMask), weights: norm.weights };
  });
}
