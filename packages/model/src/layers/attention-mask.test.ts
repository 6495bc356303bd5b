import { describe, expect, it } from 'vitest';
import { readFloats, scope } from '../kernels/tensorflow.js';
import { attentionMask, causalMask } from './attention-mask.js';

/** Two sequences of two places, place by place; the second begins with padding. */
const isReal = Float32Array.of(1, 0, 1, 1);
const h = -10_000;

describe('causalMask', () => {
  it('hides later places and padding', () => {
    const mask = scope(() => readFloats(causalMask(isReal, 2, 2)));
    expect([...mask]).toEqual([0, h, 0, 0, h, h, h, 0]);
  });
});

describe('attentionMask', () => {
  it('hides padded places, or all others, or nothing', () => {
    const masked = (kind: 'padding' | 'inverted-padding'): number[] =>
      scope(() => [...readFloats(attentionMask(kind, isReal, 2, 2)!)]);
    expect(masked('padding')).toEqual([0, 0, h, 0]);
    expect(masked('inverted-padding')).toEqual([h, h, 0, h]);
    expect(attentionMask('none', isReal, 2, 2)).toBeUndefined();
  });
});
