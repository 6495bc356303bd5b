import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { pool, type Pooling } from './pooling.js';

/** Two sequences of three places, place by place: 1, 3, 8 and 2, 4, 6. */
function pooled(kind: Pooling, kernel?: readonly number[]): number[] {
  return scope(() => {
    const x = floats(Float32Array.of(1, 2, 3, 4, 8, 6), [6, 1]);
    const weights = kernel && {
      kernel: floats(Float32Array.from(kernel), [3, 1]),
      bias: floats(Float32Array.of(10), [1]),
    };
    return [...readFloats(pool(kind, x, weights, { batch: 2, length: 3 }))];
  });
}

describe('pool', () => {
  it('takes the last place', () => {
    expect(pooled('last')).toEqual([8, 6]);
  });

  it.each(['mean', 'global-average'] as const)('takes the mean of all places: %s', (kind) => {
    pooled(kind).forEach((value, row) => expect(value).toBeCloseTo([4, 4][row]!, 5));
  });

  it('weighs places as learned', () => {
    expect(pooled('dense', [1, 0, -1])).toEqual([3, 6]);
  });
});
