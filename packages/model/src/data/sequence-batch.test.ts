import { describe, expect, it } from 'vitest';
import { ModelInputError } from '../errors.js';
import { checkSequences, sequenceAt, sequenceBatch, sequenceCount } from './sequence-batch.js';

describe('sequenceBatch', () => {
  it('keeps sequences of any length apart', () => {
    const batch = sequenceBatch([[3, 1], [], [2]]);
    expect(sequenceCount(batch)).toBe(3);
    expect([0, 1, 2].map((index) => [...sequenceAt(batch, index)])).toEqual([[3, 1], [], [2]]);
  });
});

describe('checkSequences', () => {
  it('accepts items 1 to N', () => {
    expect(() => checkSequences(sequenceBatch([[1, 4], []]), 4)).not.toThrow();
  });

  it.each([0, 5, -1])('refuses item %i of a vocabulary of 4, saying where', (item) => {
    expect(() => checkSequences(sequenceBatch([[1], [2, item]]), 4)).toThrow(
      `items[2] must be from 1 to 4, not ${item}`,
    );
  });

  it.each([
    ['that do not begin at 0', [1, 2]],
    ['that do not end at the last item', [0, 1]],
    ['that descend', [0, 3, 1, 2]],
    ['that are none', []],
  ])('refuses offsets %s', (_, offsets) => {
    expect(() => checkSequences({ items: Int32Array.of(1, 2), offsets: Int32Array.from(offsets) }, 4)).toThrow(
      ModelInputError,
    );
  });
});
