import { multiply, reshape, select, sliceColumns } from '../kernels/kernels.js';
import { randomBytesAtLeast } from '../kernels/random-bytes.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';

/** Makes one dropout mask after another; the same seed and step give the same masks. */
export type DropoutMasks = (rows: number, columns: number) => Tensor;

/**
 * Masks of 0 with probability `rate` and 1 / (1 - rate) otherwise; undefined where nothing is dropped. The rate is rounded
 * to 1/256: a random byte a value is three times cheaper than a random float.
 */
export function dropoutMasks(rate: number, seed: number, step: number): DropoutMasks | undefined {
  const threshold = Math.round(rate * 256);
  if (threshold === 0) return undefined;
  let drawn = 0;
  return (rows, columns) =>
    scope(() => {
      const perRow = Math.ceil(columns / 4) * 4;
      const kept = randomBytesAtLeast(threshold, rows * perRow, seed ^ Math.imul(++drawn, 0x9e3779b9), step);
      const mask = select(kept, scalar(256 / (256 - threshold)), scalar(0));
      return sliceColumns(reshape(mask, [rows, perRow]), columns);
    });
}

/** The mask is its own gradient: backward is the same product. */
export function applyMask(x: Tensor, mask: Tensor | undefined): Tensor {
  return mask === undefined ? x : multiply(x, mask);
}

function scalar(value: number): Tensor {
  return floats(Float32Array.of(value), []);
}
