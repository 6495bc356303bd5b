import { describe, expect, it } from 'vitest';
import { createClickModel } from './click-model.js';

// Those of the DCN are golden: parameter-counts.json.
describe('parameter counts', () => {
  it('are those of the document for its factorization machine: 10 fields of 72 features', () => {
    const slots = Array.from({ length: 10 }, () => 1);
    expect(createClickModel({ network: 'fm', embedding: 4 }, { features: 72, slots }, 1).parameterCount).toBe(361);
  });
});
