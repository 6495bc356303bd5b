import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { recordedDense } from './dense.js';

describe('recordedDense', () => {
  it('works along the last axis', () => {
    const weights = new Map([
      ['in.kernel', floats(Float32Array.of(1, 2, 3, 4), [2, 2])],
      ['in.bias', floats(Float32Array.of(10, 20), [2])],
    ]);
    const result = scope(() => {
      const y = recordedDense(floats(Float32Array.of(1, 0, 0, 1), [2, 1, 2]), 'in', (name) => weights.get(name)!);
      return { shape: y.shape, values: readFloats(y) };
    });
    expect(result).toEqual({ shape: [2, 1, 2], values: Float32Array.of(11, 22, 13, 24) });
  });
});
