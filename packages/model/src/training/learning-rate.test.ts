import { describe, expect, it } from 'vitest';
import { learningRateAt } from './learning-rate.js';

const constant = { learningRate: 0.1, schedule: 'constant', warmupSteps: 0 } as const;
const cosine = { ...constant, schedule: 'cosine' } as const;

describe('learningRateAt', () => {
  it('is the same in every step unless told otherwise', () => {
    expect([1, 50, 100].map((step) => learningRateAt(constant, step, 100))).toEqual([0.1, 0.1, 0.1]);
  });

  it('rises evenly over the warm-up', () => {
    const warm = { ...constant, warmupSteps: 4 };
    expect([1, 2, 3, 4, 5].map((step) => learningRateAt(warm, step, 100))).toEqual([
      expect.closeTo(0.025, 12),
      expect.closeTo(0.05, 12),
      expect.closeTo(0.075, 12),
      0.1,
      0.1,
    ]);
  });

  it('falls by a half cosine, from the whole rate to nearly nothing', () => {
    expect(learningRateAt(cosine, 1, 100)).toBe(0.1);
    expect(learningRateAt(cosine, 51, 100)).toBeCloseTo(0.05, 12);
    expect(learningRateAt(cosine, 100, 100)).toBeGreaterThan(0);
    expect(learningRateAt(cosine, 100, 100)).toBeLessThan(0.0001);
  });

  it('begins to fall after the warm-up', () => {
    const warm = { ...cosine, warmupSteps: 10 };
    expect(learningRateAt(warm, 10, 110)).toBe(0.1);
    expect(learningRateAt(warm, 11, 110)).toBe(0.1);
    expect(learningRateAt(warm, 61, 110)).toBeCloseTo(0.05, 12);
  });

  it('is above 0 where the warm-up is all there is', () => {
    expect(learningRateAt({ ...cosine, warmupSteps: 10 }, 10, 10)).toBe(0.1);
    expect(learningRateAt({ ...cosine, warmupSteps: 10 }, 3, 3)).toBeCloseTo(0.03, 12);
  });
});
