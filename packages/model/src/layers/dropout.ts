import { greaterEqual, multiply, select, statelessUniform } from '../kernels/kernels.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';

/** Makes one dropout mask after another; the same seed and step give the same masks. */
export type DropoutMasks = (shape: readonly number[]) => Tensor;

/** Masks of 0 with probability `rate` and 1 / (1 - rate) otherwise; undefined where nothing is dropped. */
export function dropoutMasks(rate: number, seed: number, step: number): DropoutMasks | undefined {
  if (rate === 0) return undefined;
  let drawn = 0;
  return (shape) =>
    scope(() => {
      const uniform = statelessUniform(shape, seed ^ Math.imul(++drawn, 0x9e3779b9), step);
      const kept = greaterEqual(uniform, floats(Float32Array.of(rate), []));
      return select(kept, floats(Float32Array.of(1 / (1 - rate)), []), floats(Float32Array.of(0), []));
    });
}

/** The mask is its own gradient: backward is the same product. */
export function applyMask(x: Tensor, mask: Tensor | undefined): Tensor {
  return mask === undefined ? x : multiply(x, mask);
}
