import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { scaleRowsToUnit, unitLength, unitLengthGradient } from './unit-length.js';

describe('unitLength', () => {
  it('scales each row to length 1, and leaves zeros', () => {
    const x = Float32Array.of(3, 4, 0, 0, 0, -2);
    const y = scope(() => readFloats(unitLength(floats(x, [3, 2])).y));
    [0.6, 0.8, 0, 0, 0, -1].forEach((value, at) => expect(y[at]).toBeCloseTo(value, 6));
    scaleRowsToUnit(x, 2).forEach((value, at) => expect(value).toBeCloseTo(y[at]!, 6));
  });

  it('has no gradient along the row, and across it one over its length', () => {
    const dx = scope(() => {
      const forward = unitLength(floats(Float32Array.of(3, 4, 3, 4), [2, 2]));
      return readFloats(unitLengthGradient(floats(Float32Array.of(0.6, 0.8, -0.8, 0.6), [2, 2]), forward));
    });
    [0, 0, -0.16, 0.12].forEach((value, at) => expect(dx[at]).toBeCloseTo(value, 6));
  });
});
