import { describe, expect, it } from 'vitest';
import { sequenceAt, sequenceBatch, sequenceCount, type SequenceBatch } from './sequence-batch.js';
import { splitLeaveOneOut } from './split-leave-one-out.js';

function lists(batch: SequenceBatch): number[][] {
  return Array.from({ length: sequenceCount(batch) }, (_, index) => [...sequenceAt(batch, index)]);
}

describe('splitLeaveOneOut', () => {
  const split = splitLeaveOneOut(sequenceBatch([[1, 2, 3, 4], [5, 6], [7, 8, 9], []]));

  it('tests on the last click, after everything before it', () => {
    expect([...split.test.targets]).toEqual([4, 9]);
    expect(lists(split.test.inputs)).toEqual([
      [1, 2, 3],
      [7, 8],
    ]);
  });

  it('validates on the click before the last', () => {
    expect([...split.validation.targets]).toEqual([3, 8]);
    expect(lists(split.validation.inputs)).toEqual([[1, 2], [7]]);
  });

  it('trains on the rest, and on users with fewer than three clicks', () => {
    expect(lists(split.train)).toEqual([[1, 2], [5, 6], [7], []]);
  });
});
