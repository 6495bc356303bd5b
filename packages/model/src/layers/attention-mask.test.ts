import { describe, expect, it } from 'vitest';
import { readFloats, scope } from '../kernels/tensorflow.js';
import { causalMask } from './attention-mask.js';

describe('causalMask', () => {
  it('hides later places and padding', () => {
    const mask = scope(() => readFloats(causalMask(Float32Array.of(1, 0, 1, 1), 2, 2)));
    const h = -10_000;
    expect([...mask]).toEqual([0, h, 0, 0, h, h, h, 0]);
  });
});
