import { describe, expect, it } from 'vitest';
import { compute } from '../../kernels/differentiate.js';
import { readFloats } from '../../kernels/tensorflow.js';
import { parameter, type Parameters } from '../parameters.js';
import { clickLogit, clickLookups } from './forward.js';

describe('a factorization machine', () => {
  it('adds its bias, the weights of features and the inner products of pairs of fields', () => {
    const parameters: Parameters = new Map([
      ['embedding', parameter([4, 2], Float32Array.of(1, 2, 3, 4, 5, 6, -1, 1))],
      ['feature_weights', parameter([4, 1], Float32Array.of(0.1, 0.2, 0.3, 0.4))],
      ['bias', parameter([1], Float32Array.of(10))],
    ]);
    // Fields (1, 2) and the mean of (3, 4) and (-1, 1).
    const rows = {
      rows: 1,
      slots: [1, 2],
      indexes: Int32Array.of(0, 1, 3),
      shares: Float32Array.of(1, 0.5, 0.5),
    };
    const config = { network: 'fm', embedding: 2 } as const;
    const logit = compute(parameters, clickLookups(config, rows), (leaves) =>
      readFloats(clickLogit(config, rows, leaves).logit),
    );
    expect(logit[0]).toBeCloseTo(10 + 0.1 + (0.2 + 0.4) / 2 + (1 * 1 + 2 * 2.5), 5);
  });
});
