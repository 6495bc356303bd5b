import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { listwiseLoss, pointwiseLoss } from './list-losses.js';

function lossOf(work: () => Tensor): number {
  return scope(() => readFloats(work())[0]!);
}

describe('binaryCrossEntropy', () => {
  it('is the mean of -log of the probability of what happened', () => {
    const logits = floats(Float32Array.of(Math.log(3), Math.log(3)), [2]); // probability 3/4
    const loss = lossOf(() => binaryCrossEntropy(logits, floats(Float32Array.of(1, 0), [2])));
    expect(loss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.25)) / 2, 6);
    logits.dispose();
  });

  it('is finite for a logit that is far off', () => {
    const loss = lossOf(() => binaryCrossEntropy(floats(Float32Array.of(-200), [1]), floats(Float32Array.of(1), [1])));
    expect(loss).toBeCloseTo(200, 3);
  });
});

describe('losses of lists', () => {
  const scores = (): Tensor => floats(Float32Array.of(0, Math.log(3), 0, 0), [2, 2]);

  it('ask the click to come first', () => {
    const loss = lossOf(() => listwiseLoss(scores(), Int32Array.of(1, 0)));
    expect(loss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.5)) / 2, 6);
  });

  it('or of each candidate whether it was clicked', () => {
    const loss = lossOf(() => pointwiseLoss(scores(), Int32Array.of(1, 0)));
    expect(loss).toBeCloseTo(-(Math.log(0.75) + 3 * Math.log(0.5)) / 4, 6);
  });
});
