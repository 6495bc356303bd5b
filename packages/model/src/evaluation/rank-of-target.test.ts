import { describe, expect, it } from 'vitest';
import { rankingMetrics, rankOfTarget, unranked } from './rank-of-target.js';

const none = new Int32Array(0);

describe('rankOfTarget', () => {
  it('counts the items before the target, the padding aside', () => {
    expect(rankOfTarget([99, 3, 5, 4], 3, none)).toBe(1);
    expect(rankOfTarget([99, 3, 5, 4], 2, none)).toBe(0);
  });

  it('leaves out excluded items, each once, but never the target', () => {
    expect(rankOfTarget([0, 3, 5, 4, 1], 4, Int32Array.of(2, 2, 4))).toBe(2);
  });

  it('counts ties and scores that are no numbers against the target', () => {
    expect(rankOfTarget([0, 2, 2, 2], 2, none)).toBe(2);
    expect(rankOfTarget([0, 2, Number.NaN, 1], 1, none)).toBe(1);
    expect(rankOfTarget([0, 2, Number.NaN, 1], 2, none)).toBe(2);
  });
});

describe('rankingMetrics', () => {
  it('are hit rate and discounted gain, means over all queries', () => {
    const { hr, ndcg, count } = rankingMetrics(Int32Array.of(0, 2, 10, unranked), 10);
    expect(hr).toBe(0.5);
    expect(ndcg).toBeCloseTo((1 + 0.5) / 4, 12);
    expect(count).toBe(4);
  });

  it('are zeros of no queries', () => {
    expect(rankingMetrics(new Int32Array(0), 10)).toEqual({ hr: 0, ndcg: 0, count: 0 });
  });
});
