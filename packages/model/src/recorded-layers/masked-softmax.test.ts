import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { maskedSoftmax } from './masked-softmax.js';

describe('maskedSoftmax', () => {
  it('shares 1 out among what is real, and gives zeros where nothing is', () => {
    const weights = scope(() =>
      readFloats(
        maskedSoftmax(
          floats(Float32Array.of(9, 0, Math.log(3), 5, 6, 7), [2, 1, 3]),
          floats(Float32Array.of(0, 1, 1, 0, 0, 0), [2, 1, 3]),
        ),
      ),
    );
    [0, 0.25, 0.75, 0, 0, 0].forEach((expected, at) => expect(weights[at]).toBeCloseTo(expected, 6));
  });
});
