import { describe, expect, it } from 'vitest';
import type { NegativesConfig } from '../config.js';
import { createRandom } from '../random/random.js';
import { createDraws, type Draws } from './draws.js';
import { logShares } from './hot-weights.js';

const itemCount = 9;
const clicks = Float64Array.of(0, 8, 4, 2, 1, 1, 0, 0, 0, 0);
const logShare = logShares(clicks);
const labels = Int32Array.of(1, 2, 3, 1, 4, 5);
/** The last two places are padding. */
const isReal = (place: number): boolean => place < 4;

function draw(negatives: NegativesConfig, hotWeights: 'corrected' | 'none' = 'corrected'): ReturnType<Draws> {
  return createDraws({ negatives, hotWeights }, logShare, itemCount)(labels.slice(), isReal, createRandom(3));
}

describe('draws', () => {
  it('are nothing for the full softmax', () => {
    expect(draw({ kind: 'full' })).toEqual({ labels });
  });

  it('put a random item at padded places of in-batch labels', () => {
    const { labels: filled, hotWeights } = draw({ kind: 'in-batch' });
    expect([...filled.subarray(0, 4)]).toEqual([1, 2, 3, 1]);
    expect(filled.every((label) => label >= 1 && label <= itemCount)).toBe(true);
    expect(hotWeights![0]).toBeCloseTo(Math.log(8 / 16), 6);
    expect(hotWeights![5]).toBeCloseTo(Math.log(1 / 9), 6);
  });

  it('are all real labels of the batch, each as often as it is there', () => {
    const { candidates, hotWeights } = draw({ kind: 'in-batch-shared', count: 0 });
    expect([...candidates!.items]).toEqual([1, 2, 3]);
    expect(candidates!.corrections[0]).toBeCloseTo(Math.log(8 / 16) - Math.log(2), 6);
    expect(candidates!.corrections[1]).toBeCloseTo(Math.log(4 / 16), 6);
    expect(hotWeights![0]).toBeCloseTo(Math.log(8 / 16), 6);
  });

  it('are some of the real labels', () => {
    const seen = new Set<number>();
    const random = createRandom(1);
    const draws = createDraws(
      { negatives: { kind: 'in-batch-shared', count: 2 }, hotWeights: 'none' },
      logShare,
      itemCount,
    );
    for (let round = 0; round < 50; round++) {
      const { items, corrections } = draws(labels, isReal, random).candidates!;
      for (const item of items) seen.add(item);
      const drawn = corrections.reduce((sum, correction) => sum + Math.exp(-correction), 0);
      expect(drawn).toBeCloseTo(2, 5);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  it('mix labels of the batch with items of the whole vocabulary, corrected by the mixture', () => {
    const { candidates, hotWeights } = draw({ kind: 'mixed', inBatch: 2, uniform: 6 });
    const mixture = (item: number): number => (2 * Math.exp(logShare[item]!) + 6 / 9) / 8;
    expect(hotWeights![1]).toBeCloseTo(Math.log(mixture(2)), 6);
    let drawn = 0;
    candidates!.items.forEach((item, at) => {
      const times = mixture(item) / Math.exp(candidates!.corrections[at]!);
      expect(times).toBeCloseTo(Math.round(times), 4);
      drawn += Math.round(times);
    });
    expect(drawn).toBe(8);
  });

  it('have fewer of the batch where it has fewer', () => {
    const { hotWeights } = draw({ kind: 'mixed', inBatch: 100, uniform: 6 });
    expect(hotWeights![1]).toBeCloseTo(Math.log((4 * (4 / 16) + 6 / 9) / 10), 6);
  });

  it('correct nothing where the config says so', () => {
    for (const negatives of [
      { kind: 'in-batch-shared', count: 0 },
      { kind: 'mixed', inBatch: 0, uniform: 5 },
    ] as const) {
      const { candidates, hotWeights } = draw(negatives, 'none');
      expect(hotWeights).toBeUndefined();
      const times = candidates!.corrections.map((correction) => Math.exp(-correction));
      expect(times.every((count) => Math.abs(count - Math.round(count)) < 1e-5)).toBe(true);
    }
  });
});
