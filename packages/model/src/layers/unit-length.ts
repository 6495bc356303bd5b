import { add, multiply, rsqrt, square, subtract, sumLast } from '../kernels/kernels.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';

/** Keeps a row of zeros finite: it stays zeros. */
const epsilon = 1e-12;

export interface UnitLengthOutput {
  /** x / |x|, [rows, D] */
  readonly y: Tensor;
  /** 1 / |x|, [rows, 1] */
  readonly inverseLength: Tensor;
}

/** Scales each row of x [rows, D] to length 1. */
export function unitLength(x: Tensor): UnitLengthOutput {
  return scope(() => {
    const inverseLength = rsqrt(add(sumLast(square(x)), floats(Float32Array.of(epsilon), [])));
    return { y: multiply(x, inverseLength), inverseLength };
  });
}

/** dx = (dy - y <dy, y>) / |x|, [rows, D]. */
export function unitLengthGradient(dy: Tensor, { y, inverseLength }: UnitLengthOutput): Tensor {
  return scope(() => multiply(subtract(dy, multiply(y, sumLast(multiply(dy, y)))), inverseLength));
}

/** Scales each row of `width` values to length 1, in place; a row of zeros stays zeros. */
export function scaleRowsToUnit(rows: Float32Array, width: number): Float32Array {
  for (let start = 0; start < rows.length; start += width) {
    let sum = epsilon;
    for (let at = start; at < start + width; at++) sum += rows[at]! * rows[at]!;
    const inverse = 1 / Math.sqrt(sum);
    for (let at = start; at < start + width; at++) rows[at] = rows[at]! * inverse;
  }
  return rows;
}
