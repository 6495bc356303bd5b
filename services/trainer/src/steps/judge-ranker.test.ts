import { describe, expect, it } from 'vitest';
import { judgeRanker } from './judge-ranker.js';

const metrics = (recalled: number, reranked: number) => ({
  ndcg10: { recalled, reranked },
  hr10: { recalled: 0.2, reranked: 0.2 },
  clicks: 300,
  recalled: 150,
  lists: 600,
  candidates: 100,
  epochs: 3,
});

describe('the gate of a ranker', () => {
  it.each([
    [0.1, 0.1001, true],
    [0.1, 0.1, false],
    [0.1, 0.0999, false],
    [0.1, NaN, false],
  ])('with NDCG@10 %d recalled and %d re-ranked passes: %s', (recalled, reranked, passed) => {
    expect(judgeRanker(metrics(recalled, reranked)).passed).toBe(passed);
  });

  it('says by what it judges', () => {
    expect(judgeRanker(metrics(0.1, 0.2)).message).toBe(
      'NDCG@10 0.1000 recalled, 0.2000 re-ranked, on 300 held-out clicks, 150 of them among the candidates',
    );
  });
});
