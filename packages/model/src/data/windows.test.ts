import { describe, expect, it } from 'vitest';
import { sequenceAt, sequenceBatch, sequenceCount } from './sequence-batch.js';
import { windows } from './windows.js';

function cut(sequence: number[], length: number, overlap?: number): number[][] {
  const batch = windows(sequenceBatch([sequence]), length, overlap);
  return Array.from({ length: sequenceCount(batch) }, (_, index) => [...sequenceAt(batch, index)]);
}

describe('windows', () => {
  it('keeps a short sequence whole', () => {
    expect(cut([1, 2, 3], 4)).toEqual([[1, 2, 3]]);
  });

  it('cuts from the newest backwards, neighbours sharing an item', () => {
    expect(cut([1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([
      [5, 6, 7, 8, 9],
      [1, 2, 3, 4, 5],
    ]);
  });

  it('drops an old end of less than half a window', () => {
    expect(cut([1, 2, 3, 4, 5], 3)).toEqual([
      [2, 3, 4, 5],
      [1, 2],
    ]);
    expect(cut([1, 2, 3, 4, 5, 6], 5)).toEqual([[1, 2, 3, 4, 5, 6]]);
  });

  it('overlaps by a share of the window', () => {
    expect(cut([1, 2, 3, 4, 5, 6, 7, 8, 9], 4, 0.5)).toEqual([
      [5, 6, 7, 8, 9],
      [3, 4, 5, 6, 7],
      [1, 2, 3, 4, 5],
      [1, 2, 3],
    ]);
  });

  it('moves by a click at least', () => {
    expect(cut([1, 2, 3, 4], 2, 0.99)).toEqual([
      [2, 3, 4],
      [1, 2, 3],
      [1, 2],
    ]);
  });

  it('keeps the user of each window', () => {
    const { users } = windows(sequenceBatch([[1, 2, 3, 4, 5], [6], [7, 8]], Int32Array.of(3, 2, 1)), 2);
    expect(users).toEqual(Int32Array.of(3, 3, 1));
  });

  it('has nothing of a single click', () => {
    expect(cut([1], 4)).toEqual([]);
  });
});
