import { describe, expect, it } from 'vitest';
import { placeBatch, placesAmongReal, realPlaces } from './place-batch.js';
import { sequenceBatch } from './sequence-batch.js';

describe('placeBatch', () => {
  const sequences = sequenceBatch([[1, 2, 3, 4], [5], [6, 7]]);

  it('pads on the left, place by place, keeping the newest', () => {
    expect([...placeBatch(sequences, Int32Array.of(0, 2), 3).items]).toEqual([2, 0, 3, 6, 4, 7]);
  });

  it('leaves the last items out where asked', () => {
    expect([...placeBatch(sequences, Int32Array.of(0, 1), 2, 1).items]).toEqual([2, 0, 3, 0]);
  });

  it('counts places among the real clicks from 1', () => {
    const batch = placeBatch(sequences, Int32Array.of(0, 2), 3);
    expect([...placesAmongReal(batch)]).toEqual([1, 0, 2, 1, 3, 2]);
    expect([...realPlaces(batch)]).toEqual([1, 0, 1, 1, 1, 1]);
  });
});
