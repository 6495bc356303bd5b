import {
  add,
  biasAdd,
  biasGradient,
  matMul,
  meanLast,
  multiply,
  reshape,
  rsqrt,
  square,
  subtract,
} from '../kernels/kernels.js';
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
  const dim = gamma.shape[0];
  const g = multiply(dy, gamma);
  const dyNormalized = multiply(dy, normalized);
  const share = multiply(reshape(gamma, [dim, 1]), floats(Float32Array.of(1 / dim), [])); // x share = mean(x gamma)
  const projected = multiply(normalized, matMul(dyNormalized, share));
  return {
    dx: multiply(subtract(subtract(g, meanLast(g)), projected), inverseDeviation),
    weights: { gamma: biasGradient(dyNormalized), beta: biasGradient(dy) },
  };
}
