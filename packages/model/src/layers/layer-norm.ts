import { add, biasAdd, biasGradient, meanLast, multiply, rsqrt, square, subtract } from '../kernels/kernels.js';
import { floats, type Tensor } from '../kernels/tensorflow.js';

export interface LayerNormWeights {
  /** [D] */
  readonly gamma: Tensor;
  /** [D] */
  readonly beta: Tensor;
}

export interface LayerNormOutput {
  readonly y: Tensor;
  /** (x - mean) / deviation, [rows, D] */
  readonly normalized: Tensor;
  /** 1 / sqrt(variance + epsilon), [rows, 1] */
  readonly inverseDeviation: Tensor;
}

/** y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, each row of x [rows, D] by itself; the biased variance. */
export function layerNorm(x: Tensor, { gamma, beta }: LayerNormWeights, epsilon: number): LayerNormOutput {
  const centred = subtract(x, meanLast(x));
  const inverseDeviation = rsqrt(add(meanLast(square(centred)), floats(Float32Array.of(epsilon), [])));
  const normalized = multiply(centred, inverseDeviation);
  return { y: biasAdd(multiply(normalized, gamma), beta), normalized, inverseDeviation };
}

/** With g = dy gamma and n = normalized: dx = (g - mean(g) - n mean(g n)) / deviation; dgamma = sum(dy n), dbeta = sum(dy). */
export function layerNormGradient(
  dy: Tensor,
  { normalized, inverseDeviation }: LayerNormOutput,
  { gamma }: LayerNormWeights,
): { dx: Tensor; weights: LayerNormWeights } {
  const g = multiply(dy, gamma);
  const projected = multiply(normalized, meanLast(multiply(g, normalized)));
  return {
    dx: multiply(subtract(subtract(g, meanLast(g)), projected), inverseDeviation),
    weights: { gamma: biasGradient(multiply(dy, normalized)), beta: biasGradient(dy) },
  };
}
