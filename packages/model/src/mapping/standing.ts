import { solvePositive } from './ridge-regression.js';

/**
 * A vector whose inner product with every user's vector is as near to 1 as can be: adding a multiple of it raises an item for
 * everybody alike. Least squares over `users` [n x dim], held back by `lambda` times their mean square: the more, the shorter it is, and
 * the less alike for everybody.
 */
export function standingDirection(users: Float32Array, dim: number, lambda: number): Float32Array {
  const gram = new Float64Array(dim * dim);
  const sums = new Float64Array(dim);
  for (let start = 0; start < users.length; start += dim) {
    for (let a = 0; a < dim; a++) {
      sums[a]! += users[start + a]!;
      for (let b = 0; b < dim; b++) gram[a * dim + b]! += users[start + a]! * users[start + b]!;
    }
  }
  let trace = 0;
  for (let a = 0; a < dim; a++) trace += gram[a * dim + a]!;
  for (let a = 0; a < dim; a++) gram[a * dim + a]! += trace > 0 ? (lambda * trace) / dim : 1;
  return Float32Array.from(solvePositive(gram, sums, dim, 1));
}

/**
 * How much of something that grows with it makes `shareAt` reach `wanted`; by halving between `least` and `most`, whichever of
 * these is nearer where it lies outside.
 */
export function amountFor(wanted: number, shareAt: (amount: number) => number, least: number, most: number): number {
  let [low, high] = [least, most];
  for (let step = 0; step < 12; step++) {
    const middle = (low + high) / 2;
    if (shareAt(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
