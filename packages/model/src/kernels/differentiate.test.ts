import { describe, expect, it } from 'vitest';
import { parameter, type Parameters } from '../networks/parameters.js';
import { compute, differentiate } from './differentiate.js';
import { matMul, mul, sum } from './recorded.js';
import { readFloats, tensorCount } from './tensorflow.js';

function weights(): Parameters {
  return new Map([
    ['table', parameter([4, 2], Float32Array.of(0, 0, 1, 2, 3, 4, 5, 6))],
    ['kernel', parameter([2, 1], Float32Array.of(10, 1))],
    ['scale', parameter([1], Float32Array.of(2))],
  ]);
}

const lookups = {
  left: { table: 'table', indexes: Int32Array.of(3, 1, 3) },
  right: { table: 'table', indexes: Int32Array.of(2, 3), shape: [2, 1] },
};

describe('differentiate', () => {
  it('gives the loss, gradients of whole weights and of the rows looked up, added up over all lookups', () => {
    const { loss, gradients } = differentiate({
      parameters: weights(),
      lookups,
      loss: ({ weight, vectors }) =>
        mul(weight('scale'), sum(matMul(vectors('left'), weight('kernel'))).add(sum(vectors('right')))),
    });
    // left: 56 + 12 + 56, right: 7 + 11
    expect(loss).toBe(2 * (124 + 18));
    expect(gradients.get('kernel')).toEqual(Float32Array.of(22, 28));
    expect(gradients.get('scale')).toEqual(Float32Array.of(142));
    expect(gradients.get('table')).toEqual({
      rows: Int32Array.of(1, 2, 3),
      values: Float32Array.of(20, 2, 2, 2, 42, 6),
    });
  });

  it('gives nothing for what is fixed', () => {
    const { gradients } = differentiate({
      parameters: weights(),
      lookups,
      fixed: new Set(['table', 'scale']),
      loss: ({ weight, vectors }) => mul(weight('scale'), sum(matMul(vectors('left'), weight('kernel')))),
    });
    expect([...gradients.keys()]).toEqual(['kernel']);
  });

  it('refuses a name that no parameter has', () => {
    expect(() => differentiate({ parameters: weights(), lookups, loss: ({ weight }) => weight('bias') })).toThrow(
      'no parameter is called bias',
    );
  });

  it('leaves no tensor behind, also where the loss throws', () => {
    const before = tensorCount();
    const parameters = weights();
    differentiate({
      parameters,
      lookups,
      fixed: new Set(['scale']),
      loss: ({ weight, vectors }) => sum(matMul(vectors('left'), weight('kernel'))),
    });
    expect(() => differentiate({ parameters, lookups, loss: ({ weight }) => weight('bias') })).toThrow('bias');
    compute(parameters, lookups, ({ vectors }) => readFloats(sum(vectors('right'))));
    expect(tensorCount()).toBe(before);
  });
});

describe('compute', () => {
  it('runs forward only', () => {
    const result = compute(weights(), lookups, ({ vectors }) => {
      const right = vectors('right');
      return { shape: right.shape, values: readFloats(right) };
    });
    expect(result).toEqual({ shape: [2, 1, 2], values: Float32Array.of(3, 4, 5, 6) });
  });
});
