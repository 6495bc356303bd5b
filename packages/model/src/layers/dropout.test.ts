import { describe, expect, it } from 'vitest';
import { readFloats, scope } from '../kernels/tensorflow.js';
import { dropoutMasks } from './dropout.js';

function masks(rate: number, seed: number, step: number, columns = 10): Float32Array[] {
  const draw = dropoutMasks(rate, seed, step)!;
  return scope(() => [readFloats(draw(1000, columns)), readFloats(draw(1000, columns))]);
}

describe('dropoutMasks', () => {
  it('drops the set share and keeps the expectation', () => {
    const [mask] = masks(0.25, 1, 1);
    const kept = mask!.filter((value) => value > 0);
    expect(mask).toHaveLength(10_000);
    expect(kept.length / 10_000).toBeGreaterThan(0.73);
    expect(kept.length / 10_000).toBeLessThan(0.77);
    expect(new Set(kept)).toEqual(new Set([Math.fround(4 / 3)]));
  });

  it('draws the same for the same seed and step, and another for every draw', () => {
    expect(masks(0.5, 7, 3)).toEqual(masks(0.5, 7, 3));
    const [first, second] = masks(0.5, 7, 3);
    expect(first).not.toEqual(second);
    expect(masks(0.5, 7, 4)[0]).not.toEqual(first);
  });

  it('is nothing at rate 0', () => {
    expect(dropoutMasks(0, 1, 1)).toBeUndefined();
  });
});
