import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { feedForward } from './feed-forward.js';

describe('feedForward', () => {
  it('is dense, relu, dense', () => {
    const y = scope(() => {
      const weights = {
        in: { kernel: floats(Float32Array.of(1, -1), [1, 2]), bias: floats(Float32Array.of(0, 1), [2]) },
        out: { kernel: floats(Float32Array.of(2, 3), [2, 1]), bias: floats(Float32Array.of(10), [1]) },
      };
      return readFloats(feedForward(floats(Float32Array.of(2, -2), [2, 1]), weights, 'relu').y);
    });
    expect([...y]).toEqual([14, 19]);
  });
});
