import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import { causalMask } from './attention-mask.js';
import { selfAttention } from './self-attention.js';

/** Query and key kernels of zeros look at all visible places alike; value and dense are the identity. */
function evenAttention(): { queryKeyValue: { kernel: Tensor; bias: Tensor }; dense: { kernel: Tensor; bias: Tensor } } {
  return {
    queryKeyValue: {
      kernel: floats(Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1), [2, 6]),
      bias: floats(new Float32Array(6), [6]),
    },
    dense: { kernel: floats(Float32Array.of(1, 0, 0, 1), [2, 2]), bias: floats(new Float32Array(2), [2]) },
  };
}

describe('selfAttention', () => {
  it('takes the mean of the real places up to its own', () => {
    const shape = { batch: 2, length: 3, heads: 2 };
    // Place by place: sequence 0 is real throughout, sequence 1 begins with padding.
    const x = Float32Array.of(3, 0, 100, 100, 6, 3, 5, 7, 0, 6, 7, 9);
    const isReal = Float32Array.of(1, 0, 1, 1, 1, 1);
    const y = scope(() => {
      const mask = causalMask(isReal, shape.batch, shape.length);
      return readFloats(selfAttention(floats(x, [6, 2]), evenAttention(), mask, shape).y);
    });
    const [first, , second, alone, third, pair] = Array.from({ length: 6 }, (_, row) => [
      ...y.slice(2 * row, 2 * row + 2),
    ]);
    expect([first, second, third, alone, pair]).toEqual([
      [3, 0],
      [4.5, 1.5],
      [3, 3],
      [5, 7],
      [6, 8],
    ]);
  });

  it('divides scores by the root of the head size before the softmax', () => {
    const shape = { batch: 1, length: 2, heads: 1 };
    const probability = scope(() => {
      const weights = {
        queryKeyValue: {
          kernel: floats(Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1), [2, 6]),
          bias: floats(new Float32Array(6), [6]),
        },
        dense: evenAttention().dense,
      };
      const mask = causalMask(Float32Array.of(1, 1), 1, 2);
      return readFloats(selfAttention(floats(Float32Array.of(1, 0, 1, 1), [2, 2]), weights, mask, shape).probabilities);
    });
    // Scores of the second place: 1 and 2, over sqrt(2).
    const second = 1 / (1 + Math.exp(-1 / Math.SQRT2));
    expect(probability[0]).toBe(1);
    expect(probability[1]).toBe(0);
    expect(probability[3]).toBeCloseTo(second, 6);
  });
});
