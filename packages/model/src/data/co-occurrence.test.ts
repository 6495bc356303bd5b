import { describe, expect, it } from 'vitest';
import { coOccurrence } from './co-occurrence.js';
import { sequenceBatch } from './sequence-batch.js';

/** By pair, in the order of rows. */
function entries(sequences: number[][], itemCount: number): Record<string, number> {
  const { offsets, columns, values } = coOccurrence(sequenceBatch(sequences), itemCount);
  const found: Record<string, number> = {};
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) found[`${row} ${columns[at]!}`] = values[at]!;
  }
  return found;
}

describe('coOccurrence', () => {
  it('is the log of how much more often a pair is near than chance has it', () => {
    // Weights 1-2: 1, 2-3: 1, 1-3: 1/2, 4-5: 1; sums 1.5, 2, 1.5, 1, 1; total 7.
    const found = entries(
      [
        [1, 2, 3],
        [4, 5],
      ],
      5,
    );
    expect(Object.keys(found).sort()).toEqual(['1 2', '1 3', '2 1', '2 3', '3 1', '3 2', '4 5', '5 4']);
    expect(found['1 2']).toBeCloseTo(Math.log(7 / 3), 6);
    expect(found['2 1']).toBe(found['1 2']);
    expect(found['1 3']).toBeCloseTo(Math.log((0.5 * 7) / 2.25), 6);
    expect(found['4 5']).toBeCloseTo(Math.log(7), 6);
  });

  it('is 0 where a pair is near no more often than chance has it', () => {
    const sequences = [
      ...Array.from({ length: 20 }, () => [1, 3]),
      ...Array.from({ length: 20 }, () => [2, 4]),
      [1, 2],
    ];
    expect(entries(sequences, 4)['1 2']).toBe(0);
  });

  it('looks five places to either side, and at other items only', () => {
    const found = entries([[1, 2, 2, 2, 2, 3, 4]], 4);
    expect(found['1 3']).toBeGreaterThanOrEqual(0);
    expect(found).not.toHaveProperty('1 4');
    expect(found).not.toHaveProperty('2 2');
  });

  it('leaves out what is not in the vocabulary', () => {
    expect(entries([[1, 9, 2]], 2)).toHaveProperty('1 2');
    expect(Object.keys(entries([[1, 9]], 2))).toEqual([]);
  });
});
