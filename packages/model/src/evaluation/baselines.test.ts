import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../data/sequence-batch.js';
import { evaluateMarkov, evaluatePopularity } from './baselines.js';

const train = sequenceBatch([
  [1, 2, 3],
  [1, 2, 4],
  [2, 3],
  [5, 4, 3],
]);

describe('evaluatePopularity', () => {
  it('ranks by clicks in the training data, seen items removed', () => {
    const query = { train, itemCount: 5, inputs: sequenceBatch([[2], [2, 3]]), targets: Int32Array.of(3, 1) };
    // Clicks: 2 of item 1, 3 of 2, 3 of 3, 2 of 4, 1 of 5; the second query's target ties with item 4.
    expect(evaluatePopularity({ ...query, k: 1 })).toEqual({ hr: 0.5, ndcg: 0.5, count: 2 });
    expect(evaluatePopularity({ ...query, k: 2 }).hr).toBe(1);
  });
});

describe('evaluateMarkov', () => {
  const hitAt1 = (input: number[], target: number): number =>
    evaluateMarkov({ train, itemCount: 5, inputs: sequenceBatch([input]), targets: Int32Array.of(target), k: 1 }).hr;

  it('ranks by what followed the last item', () => {
    expect(hitAt1([5, 2], 3)).toBe(1);
    expect(hitAt1([2, 5], 4)).toBe(1);
  });

  it('settles equals by popularity, also where nothing ever followed', () => {
    expect(hitAt1([2, 1, 3], 4)).toBe(1);
    expect(hitAt1([], 2)).toBe(0); // as popular as item 3
    expect(hitAt1([3], 2)).toBe(1);
  });
});
