import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { dense, denseGradient } from './dense.js';

describe('dense', () => {
  const weights = () => ({
    kernel: floats(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
    bias: floats(Float32Array.of(10, 20, 30), [3]),
  });

  it('multiplies by the kernel and adds the bias', () => {
    const y = scope(() => readFloats(dense(floats(Float32Array.of(1, 0, 2, -1), [2, 2]), weights())));
    expect([...y]).toEqual([11, 22, 33, 8, 19, 30]);
  });

  it('has the gradients of a hand calculation', () => {
    scope(() => {
      const x = floats(Float32Array.of(1, 0, 2, -1), [2, 2]);
      const dy = floats(Float32Array.of(1, 0, 0, 0, 1, 2), [2, 3]);
      const gradient = denseGradient(dy, x, weights());
      expect([...readFloats(gradient.dx)]).toEqual([1, 4, 8, 17]);
      expect([...readFloats(gradient.weights.kernel)]).toEqual([1, 2, 4, 0, -1, -2]);
      expect([...readFloats(gradient.weights.bias)]).toEqual([1, 1, 2]);
    });
  });

  it('refuses a kernel that does not fit', () => {
    expect(() => scope(() => dense(floats(Float32Array.of(1, 2, 3), [1, 3]), weights()))).toThrow(/MatMul|Matrix size/);
  });
});
