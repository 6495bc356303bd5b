import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { inBatchLogits, inBatchSoftmax, type InBatchLabels } from './in-batch-softmax.js';

const twoRows: InBatchLabels = {
  batch: 2,
  length: 1,
  labels: Int32Array.of(5, 6),
  isReal: Float32Array.of(1, 1),
  maskAccidentalHits: false,
};
const hidden = Float32Array.of(1, 0, 0, 2);
const labelVectors = Float32Array.of(1, 1, 3, 0);

function logits(labels: InBatchLabels): number[] {
  return scope(() => [...readFloats(inBatchLogits(floats(hidden, [2, 2]), floats(labelVectors, [2, 2]), labels))]);
}

function loss(labels: InBatchLabels): number {
  return scope(() => inBatchSoftmax(floats(hidden, [2, 2]), floats(labelVectors, [2, 2]), labels).loss);
}

describe('inBatchSoftmax', () => {
  it('scores every row against every row of its place', () => {
    expect(logits(twoRows)).toEqual([1, 3, 2, 0]);
    expect(loss(twoRows)).toBeCloseTo(2 + Math.log(1 + Math.exp(-2)), 5);
  });

  it('subtracts the hot weight of the label of each column', () => {
    expect(logits({ ...twoRows, hotWeights: Float32Array.of(-1, -2) })).toEqual([2, 5, 3, 2]);
  });

  it('leaves out another row with the same label, never the row itself', () => {
    const same = { ...twoRows, labels: Int32Array.of(5, 5) };
    expect(logits(same)).toEqual([1, 3, 2, 0]);
    expect(logits({ ...same, maskAccidentalHits: true })).toEqual([1, -10_000, -10_000, 0]);
  });

  it('takes the mean over real places', () => {
    expect(loss({ ...twoRows, isReal: Float32Array.of(1, 0) })).toBeCloseTo(Math.log(Math.E + Math.exp(3)) - 1, 5);
  });

  it('stays finite when the positive has no probability left', () => {
    const far = { ...twoRows, hotWeights: Float32Array.of(1000, 0) };
    expect(Number.isFinite(loss(far))).toBe(true);
  });

  it('is 0 for a batch of one', () => {
    const one = { ...twoRows, batch: 1, labels: Int32Array.of(5), isReal: Float32Array.of(1) };
    const { value, gradient } = scope(() => {
      const result = inBatchSoftmax(floats(Float32Array.of(1, 2), [1, 2]), floats(Float32Array.of(3, 4), [1, 2]), one);
      return { value: result.loss, gradient: [...readFloats(result.dhidden)] };
    });
    expect(value).toBeCloseTo(0, 6);
    expect(gradient).toEqual([0, 0]);
  });
});
