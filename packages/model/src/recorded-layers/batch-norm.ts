import type { Leaves } from '../kernels/differentiate.js';
import { add, batchNorm as fusedBatchNorm, mean, mul, rsqrt, square, sub } from '../kernels/recorded.js';
import { floats, readFloats, type Tensor } from '../kernels/tensorflow.js';
import type { Parameters } from '../networks/parameters.js';

/** How much of a batch's statistics goes into the moving ones; PyTorch's. */
const momentum = 0.1;

/** A batch's mean and biased variance by column, under the name of the layer. */
export type BatchStatistics = Map<
  string,
  { readonly mean: Float32Array; readonly variance: Float32Array; readonly rows: number }
>;

/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta by column of x [B, n]. With `statistics` (training) mean and biased
 * variance are the batch's and are noted there, otherwise the moving ones. A batch of one row is its own mean, so
 * training makes beta of it. Source: Ioffe and Szegedy 2015, algorithm 1.
 */
export function batchNorm(
  x: Tensor,
  name: string,
  weight: Leaves<string>['weight'],
  epsilon: number,
  statistics?: BatchStatistics,
): Tensor {
  const [gamma, beta] = [weight(`${name}.gamma`), weight(`${name}.beta`)];
  if (statistics === undefined) {
    return fusedBatchNorm(x, weight(`${name}.movingMean`), weight(`${name}.movingVariance`), beta, gamma, epsilon);
  }
  const [rows = 0, columns = 0] = x.shape;
  const center = mean(x, 0);
  // The deviations add up to 0, so the variance does not change with the mean: no gradient goes back that way.
  const values = readFloats(center);
  const variance = mean(square(sub(x, floats(values, [columns]))), 0);
  statistics.set(name, { mean: values, variance: readFloats(variance), rows });
  const normal = mul(sub(x, center), rsqrt(add(variance, epsilon)));
  return add(mul(normal, gamma), beta);
}

/**
 * Moves the moving statistics, in place, the variance by the unbiased one as PyTorch does. A batch of one row has no
 * variance and moves nothing.
 */
export function moveStatistics(parameters: Parameters, statistics: BatchStatistics): void {
  for (const [name, batch] of statistics) {
    if (batch.rows < 2) continue;
    move(parameters.get(`${name}.movingMean`)!.value, batch.mean, 1);
    move(parameters.get(`${name}.movingVariance`)!.value, batch.variance, batch.rows / (batch.rows - 1));
  }
}

/** Names of the statistics among the parameters: what no gradient is asked for. */
export function isMovingStatistic(name: string): boolean {
  return name.endsWith('.movingMean') || name.endsWith('.movingVariance');
}

function move(moving: Float32Array, batch: Float32Array, scale: number): void {
  for (let at = 0; at < moving.length; at++) moving[at]! += momentum * (scale * batch[at]! - moving[at]!);
}
