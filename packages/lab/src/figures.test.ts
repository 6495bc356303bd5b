import { describe, expect, it } from 'vitest';
import { bestOf, figureNames, mainFigures, median, medianFigures } from './figures.js';

describe('figures', () => {
  it('stand in one order, whatever the order they came in', () => {
    const names = figureNames([
      { 'coverage@10': 1, 'NDCG@100': 1, odd: 1 },
      { 'NDCG@5': 1, 'HR@10': 1, AUC: 1 },
    ]);
    expect(names).toEqual(['HR@10', 'NDCG@5', 'NDCG@100', 'AUC', 'coverage@10', 'odd']);
  });

  it('are few in short tables', () => {
    expect(
      mainFigures(['HR@1', 'HR@10', 'recall@10', 'accuracy@100', 'MRR', 'MRR@10', 'coverage@10', 'coverage@20']),
    ).toEqual(['HR@10', 'accuracy@100', 'MRR', 'coverage@10']);
  });

  it('are better when higher, but log loss; coverage is neither', () => {
    expect(bestOf('NDCG@10', [0.1, 0.3])).toBe(0.3);
    expect(bestOf('log loss', [0.1, 0.3])).toBe(0.1);
    expect(bestOf('coverage@10', [0.1, 0.3])).toBeUndefined();
  });

  it('have a median over seeds, of those that all have', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1])).toBe(2.5);
    expect(medianFigures([{ AUC: 1, a: 1 }, { AUC: 3 }, { AUC: 2, a: 2 }])).toEqual({ AUC: 2 });
  });
});
