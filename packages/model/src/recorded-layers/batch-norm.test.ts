import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { parameter, type Parameters } from '../networks/parameters.js';
import { batchNorm, isMovingStatistic, moveStatistics, type BatchStatistics } from './batch-norm.js';

function weights(): Parameters {
  return new Map([
    ['n.gamma', parameter([2], Float32Array.of(2, 1))],
    ['n.beta', parameter([2], Float32Array.of(0.5, -1))],
    ['n.movingMean', parameter([2], Float32Array.of(1, 0))],
    ['n.movingVariance', parameter([2], Float32Array.of(4, 1))],
  ]);
}

function normalised(x: number[], rows: number, parameters: Parameters, statistics?: BatchStatistics): number[] {
  return scope(() => {
    const weight = (name: string) => floats(parameters.get(name)!.value, [2]);
    return Array.from(readFloats(batchNorm(floats(Float32Array.from(x), [rows, 2]), 'n', weight, 0, statistics)));
  });
}

describe('batch normalisation', () => {
  it('uses the moving statistics to predict', () => {
    expect(normalised([1, 0, 5, 2], 2, weights())).toEqual([0.5, -1, 4.5, 1]);
  });

  it('uses the batch to train, with the biased variance', () => {
    expect(normalised([1, 0, 5, 2], 2, weights(), new Map())).toEqual([-1.5, -2, 2.5, 0]);
  });

  it('moves its statistics by a tenth, the variance by the unbiased one', () => {
    const [parameters, statistics]: [Parameters, BatchStatistics] = [weights(), new Map()];
    normalised([1, 0, 5, 2], 2, parameters, statistics);
    moveStatistics(parameters, statistics);
    const moved = (name: string): number[] =>
      Array.from(parameters.get(name)!.value, (value) => Math.round(value * 1e5) / 1e5);
    expect(moved('n.movingMean')).toEqual([1.2, 0.1]);
    expect(moved('n.movingVariance')).toEqual([4.4, 1.1]);
  });

  it('makes beta of a training batch of one row, which moves nothing', () => {
    const [parameters, statistics]: [Parameters, BatchStatistics] = [weights(), new Map()];
    const beta = scope(() => {
      const weight = (name: string) => floats(parameters.get(name)!.value, [2]);
      return Array.from(readFloats(batchNorm(floats(Float32Array.of(7, 8), [1, 2]), 'n', weight, 1e-5, statistics)));
    });
    moveStatistics(parameters, statistics);
    expect(beta).toEqual([0.5, -1]);
    expect(parameters.get('n.movingMean')!.value).toEqual(Float32Array.of(1, 0));
  });

  it('knows its statistics by name', () => {
    expect([...weights().keys()].filter(isMovingStatistic)).toEqual(['n.movingMean', 'n.movingVariance']);
  });
});
