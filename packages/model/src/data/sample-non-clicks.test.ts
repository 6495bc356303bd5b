import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.js';
import { sampleNonClicks } from './sample-non-clicks.js';
import { sequenceBatch } from './sequence-batch.js';

describe('sampleNonClicks', () => {
  it('puts items that the user has not clicked behind every click', () => {
    const { users, items, labels } = sampleNonClicks(sequenceBatch([[1, 2], [3]]), 4, 2, createRandom(1));
    expect([...users]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect([...labels]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect([items[0], items[3], items[6]]).toEqual([1, 2, 3]);
    for (const at of [1, 2, 4, 5]) expect([3, 4]).toContain(items[at]);
    for (const at of [7, 8]) expect([1, 2, 4]).toContain(items[at]);
  });

  it('has clicks only of a user who has clicked everything', () => {
    expect([...sampleNonClicks(sequenceBatch([[1, 2]]), 2, 3, createRandom(1)).labels]).toEqual([1, 1]);
  });

  it('refuses an item outside the vocabulary', () => {
    expect(() => sampleNonClicks(sequenceBatch([[5]]), 4, 1, createRandom(1))).toThrow('from 1 to 4, not 5');
  });
});
