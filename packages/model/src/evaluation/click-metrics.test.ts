import { describe, expect, it } from 'vitest';
import { auc, clickMetrics, groupedAuc, logLoss } from './click-metrics.js';

const scores = (...values: number[]): Float32Array => Float32Array.from(values);

describe('auc', () => {
  it('is the share of pairs in the right order, equal ones being half right', () => {
    expect(auc(scores(0.1, 0.4, 0.35, 0.8), [0, 0, 1, 1])).toBe(0.75);
    expect(auc(scores(0.5, 0.5, 0.7), [0, 1, 1])).toBe(0.75);
    expect(auc(scores(0.2, 0.2, 0.2), [0, 1, 1])).toBe(0.5);
  });

  it('is undefined for labels of one class, and for none', () => {
    expect(auc(scores(0.1, 0.2), [1, 1])).toBeUndefined();
    expect(auc(scores(0.1, 0.2), [0, 0])).toBeUndefined();
    expect(auc(scores(), [])).toBeUndefined();
  });

  it('refuses what is no probability or no label, naming it', () => {
    expect(() => auc(scores(0.1, Number.NaN), [0, 1])).toThrow('scores[1] must be from 0 to 1, not NaN');
    expect(() => auc(scores(0.1, 0.2), [0, 2])).toThrow('labels[1] must be 0 or 1, not 2');
    expect(() => auc(scores(0.1), [0, 1])).toThrow('1 scores, 2 labels');
  });
});

describe('groupedAuc', () => {
  it('weighs groups by their rows and leaves out those of one class', () => {
    const groups = Int32Array.of(1, 1, 2, 2, 2, 3);
    // group 1: 1 of 2 rows; group 2: half of its two pairs, 3 rows; group 3 has one class
    expect(groupedAuc(scores(0.1, 0.2, 0.3, 0.5, 0.4, 0.9), [0, 1, 0, 0, 1, 1], groups)).toBeCloseTo((2 + 1.5) / 5, 12);
    expect(groupedAuc(scores(0.1, 0.2), [1, 1], Int32Array.of(1, 2))).toBeUndefined();
  });
});

describe('clickMetrics', () => {
  it('has no AUC where there is none', () => {
    expect(clickMetrics(scores(0.5, 0.5), [1, 1])).toEqual({ logLoss: Math.log(2), count: 2 });
  });

  it('has a finite log loss for a certainty that was wrong', () => {
    expect(logLoss(scores(0), [1])).toBeCloseTo(24 * Math.log(2), 5);
    expect(logLoss(scores(0.25, 0.25), [1, 0])).toBeCloseTo(-(Math.log(0.25) + Math.log(0.75)) / 2, 6);
  });
});
