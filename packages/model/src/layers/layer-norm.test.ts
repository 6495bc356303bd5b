import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { layerNorm } from './layer-norm.js';

describe('layerNorm', () => {
  it('gives each row mean 0 and variance 1, then gamma and beta', () => {
    const y = scope(() => {
      const x = floats(Float32Array.of(1, 3, 10, -10), [2, 2]);
      const weights = { gamma: floats(Float32Array.of(1, 2), [2]), beta: floats(Float32Array.of(0, 5), [2]) };
      return readFloats(layerNorm(x, weights, 1e-12).y);
    });
    expect([...y].map((value) => Number(value.toFixed(4)))).toEqual([-1, 7, 1, 3]);
  });

  it('adds epsilon to the variance, so that a constant row is 0', () => {
    const y = scope(() => {
      const weights = { gamma: floats(Float32Array.of(1, 1), [2]), beta: floats(Float32Array.of(0, 0), [2]) };
      return readFloats(layerNorm(floats(Float32Array.of(4, 4), [1, 2]), weights, 1e-6).y);
    });
    expect([...y]).toEqual([0, 0]);
  });
});
