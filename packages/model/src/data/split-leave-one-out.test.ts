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

  it('keeps the users of sequences', () => {
    const users = Int32Array.of(4, 3, 2, 1);
    const { train, validation, test } = splitLeaveOneOut(sequenceBatch([[1, 2, 3, 4], [5, 6], [7, 8, 9], []], users));
    expect(train.users).toEqual(users);
    expect(validation.inputs.users).toEqual(Int32Array.of(4, 2));
    expect(test.inputs.users).toEqual(Int32Array.of(4, 2));
  });

  it('trains on the rest, and on users with fewer than three clicks', () => {
    expect(lists(split.train)).toEqual([[1, 2], [5, 6], [7], []]);
  });
});
