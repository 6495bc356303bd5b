import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../data/sequence-batch.js';
import { createRandom } from '../random/random.js';
import { createPrefixBatches, prefixLabelCounts } from './prefix-batches.js';
import type { TrainingBatches } from './training-batches.js';

/** Item n follows item n - 1; the third user has nothing to learn from. */
const train = sequenceBatch([[1, 2, 3, 4, 5, 6], [7, 8], [9]], Int32Array.of(1, 2, 3));

function batches(prefixesPerUser: number, padded: boolean, batchSize = 2): TrainingBatches {
  const config = { batchSize, prefixesPerUser, batches: 'random' } as const;
  const draws = (labels: Int32Array): { labels: Int32Array } => ({ labels });
  return createPrefixBatches({ train, config, sequenceLength: 4, padded, draws, random: createRandom(1) });
}

describe('createPrefixBatches', () => {
  it('labels every prefix with the click after it, which is not in it', () => {
    for (const batch of batches(5, true).epoch()) {
      expect(batch.length).toBe(4);
      batch.labels.forEach((label, row) => {
        const items = Array.from({ length: 4 }, (_, place) => batch.items[place * batch.batch + row]!);
        const first = batch.users?.[row] === 1 ? 1 : 7;
        const expected = [4, 3, 2, 1].map((back) => (label - back >= first ? label - back : 0));
        expect(items).toEqual(expected);
      });
    }
  });

  it('draws as many different prefixes of each user as asked for, or all there are', () => {
    const labels = (perUser: number): number[] =>
      [...batches(perUser, true).epoch()].flatMap((batch) => [...batch.labels]).sort((a, b) => a - b);
    expect(labels(10)).toEqual([2, 3, 4, 5, 6, 8]);
    const three = labels(3);
    expect(three).toHaveLength(4);
    expect(new Set(three).size).toBe(4);
    expect(three).toContain(8);
  });

  it('draws other prefixes every epoch', () => {
    const drawn = batches(1, true);
    const epochs = Array.from({ length: 10 }, () => [...drawn.epoch()].flatMap((batch) => [...batch.labels]).join());
    expect(new Set(epochs).size).toBeGreaterThan(3);
  });

  it('is as long as the longest prefix of a batch where padding does not count', () => {
    for (const { batch, length, items } of batches(5, false, 1).epoch()) {
      expect(batch).toBe(1);
      expect(items).toHaveLength(length);
      expect(items.every((item) => item > 0)).toBe(true);
    }
  });
});

describe('prefixLabelCounts', () => {
  it('is how often an item is a label, on average', () => {
    expect([...prefixLabelCounts(train, 9, 2)]).toEqual([0, 0, 0.4, 0.4, 0.4, 0.4, 0.4, 0, 1, 0]);
    const drawn = batches(2, true);
    let twos = 0;
    for (let epoch = 0; epoch < 2000; epoch++) {
      for (const { labels } of drawn.epoch()) twos += labels.filter((label) => label === 2).length;
    }
    expect(twos / 2000).toBeCloseTo(0.4, 1);
  });
});
