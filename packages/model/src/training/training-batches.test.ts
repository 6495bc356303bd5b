import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../data/sequence-batch.js';
import { windows } from '../data/windows.js';
import { windowLabelCounts } from './training-batches.js';

describe('windowLabelCounts', () => {
  it('counts the labels that an epoch has, those of overlapping windows once in each', () => {
    const sequences = sequenceBatch([[1, 2, 3], [4], [1, 2, 3, 4, 5]]);
    expect([...windowLabelCounts(windows(sequences, 4), 5)]).toEqual([0, 0, 2, 2, 1, 1]);
    expect([...windowLabelCounts(windows(sequences, 4, 0.5), 5)]).toEqual([0, 0, 3, 3, 1, 1]);
  });
});
