import type { Space } from './vector-index.js';

/** A vector that cannot be compared with those of the space; a mistake of the caller, so never retried. */
export class InvalidVectorError extends Error {
  override readonly name = 'InvalidVectorError';
  readonly retriable = false;
}

/** @throws InvalidVectorError unless the vector has `dim` finite numbers */
export function checkVector({ dim, version, kind }: Space, vector: Float32Array, what: string): void {
  if (vector.length !== dim) {
    throw new InvalidVectorError(`${what} has ${vector.length} numbers, the ${kind} of ${version} have ${dim}`);
  }
  if (!vector.every(Number.isFinite)) throw new InvalidVectorError(`${what} has a number that is not finite`);
}

/** @throws InvalidVectorError also for zeros: every element would be as near as any other */
export function checkQuery(space: Space, query: Float32Array): void {
  checkVector(space, query, 'the query');
  if (query.every((value) => value === 0)) throw new InvalidVectorError('the query is all zeros');
}
