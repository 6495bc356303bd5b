import { describe, expect, it } from 'vitest';
import { createHotWeights, logShares } from './hot-weights.js';

describe('hot weights', () => {
  const shares = logShares(Float64Array.of(0, 3, 1, 0, 0, 0));
  const labels = Int32Array.of(1, 2, 5, 1);
  const isReal = (place: number): boolean => place < 2;
  const log = (...values: number[]): Float32Array => Float32Array.from(values, Math.log);

  it('are the log of the probability of the draw: share of clicks, and one in N at padding', () => {
    expect(createHotWeights('corrected', shares, 5)(labels, isReal)).toEqual(log(3 / 4, 1 / 4, 1 / 5, 1 / 5));
  });

  it('are 0 at padding in the form of the document', () => {
    expect(createHotWeights('documentExact', shares, 5)(labels, isReal)).toEqual(log(3 / 4, 1 / 4, 1, 1));
  });

  it('can be left out', () => {
    expect(createHotWeights('none', shares, 5)(labels, isReal)).toBeUndefined();
  });
});
