import type { Space } from './vector-index.js';

/** Share by which M exceeds the longest vector that was known when it was set: room for items to come. */
const HEAD_ROOM = 0.25;

/** M for vectors like these: the longest one's length with head-room; 1 where there is none. */
export function liftFor(vectors: readonly Float32Array[], headRoom = HEAD_ROOM): number {
  const longest = vectors.reduce((max, vector) => Math.max(max, lengthOf(vector)), 0);
  return longest > 0 ? longest * (1 + headRoom) : 1;
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** A vector no longer than M, and whether it had to be shortened. */
export function clamp({ maxNorm }: Space, vector: Float32Array): { vector: Float32Array; clamped: boolean } {
  const length = lengthOf(vector);
  if (length <= maxNorm) return { vector, clamped: false };
  return { vector: vector.map((value) => (value * maxNorm) / length), clamped: true };
}

/**
 * An element for an index that ranks by cosine: one more dimension, `sqrt(M² - |x|²)`, gives all the same length M, so the order
 * by cosine with a query padded by 0 is that of the inner products (Bachrach et al. 2014).
 *
 * @param vector no longer than M
 * @returns dim + 1 numbers
 */
export function lift({ dim, maxNorm }: Space, vector: Float32Array): Float32Array {
  const lifted = new Float32Array(dim + 1);
  lifted.set(vector);
  lifted[dim] = Math.sqrt(Math.max(0, maxNorm ** 2 - lengthOf(vector) ** 2));
  return lifted;
}

/** A query of dim + 1 numbers, the last 0. */
export function padQuery({ dim }: Space, query: Float32Array): Float32Array {
  const padded = new Float32Array(dim + 1);
  padded.set(query);
  return padded;
}

/** The inner product behind a cosine of lifted element and padded query. */
export function innerProduct({ maxNorm }: Space, query: Float32Array, cosine: number): number {
  return cosine * maxNorm * lengthOf(query);
}
