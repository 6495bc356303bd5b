import { describe, expect, it } from 'vitest';
import { itemFollowers } from './item-followers.js';
import { sequenceBatch } from './sequence-batch.js';

/** By item, its followers with both strengths. */
function followersOf(sequences: number[][], itemCount: number, perItem?: number): Record<number, number[][]> {
  const { offsets, items, next, together } = itemFollowers(sequenceBatch(sequences), itemCount, perItem);
  return Object.fromEntries(
    Array.from({ length: itemCount }, (_, index) => {
      const [start, end] = [offsets[index + 1]!, offsets[index + 2]!];
      const entries = Array.from(items.subarray(start, end), (item, at) => [
        item,
        next[start + at]!,
        together[start + at]!,
      ]);
      return [index + 1, entries.map((entry) => entry.map((value) => Math.round(value * 1e4) / 1e4))];
    }),
  );
}

describe('itemFollowers', () => {
  it('says what comes soon after an item, and what is clicked around it', () => {
    const root = (value: number): number => Math.round(1e4 * value) / 1e4;
    expect(
      followersOf(
        [
          [1, 2, 3],
          [1, 2],
        ],
        3,
      ),
    ).toEqual({
      1: [
        [2, root(2 / 7), root(2 / 12)],
        [3, root(0.75 / 7), root(1 / Math.sqrt(12 * 11))],
      ],
      2: [
        [3, root(1 / 7), root(1 / Math.sqrt(12 * 11))],
        [1, 0, root(2 / 12)],
      ],
      3: [
        [1, 0, root(1 / Math.sqrt(12 * 11))],
        [2, 0, root(1 / Math.sqrt(12 * 11))],
      ],
    });
  });

  it('keeps the strongest, and leaves out what is not in the vocabulary', () => {
    expect(followersOf([[1, 2, 9, 3]], 3, 1)[1]!.map(([item]) => item)).toEqual([2]);
  });

  it('has nothing of items that nobody clicked', () => {
    expect(followersOf([[1], []], 2)).toEqual({ 1: [], 2: [] });
  });
});
