import { setImmediate } from 'node:timers/promises';
import type { Random } from '../random/random.js';
import { combine, lengthOf, orthonormalize, turnToRightAngles, type Columns } from './columns.js';

/** A square matrix: the entries of row i are those from `offsets[i]` up to, not including, `offsets[i + 1]`. */
export interface SparseMatrix {
  /** As many as rows, and one. */
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Directions beside those wanted, and multiplications after the first: both bring the found ones nearer to the best. */
const oversampling = 10;
const rounds = 4;

/**
 * The `count` strongest singular vectors U of a symmetric matrix S, each times the root of its singular value, strongest first, by
 * columns; fewer where S has a smaller rank. Where S has no negative eigenvalue their product with their transpose is the
 * nearest to S of that rank. Yields to the event loop between multiplications. Source: Halko, Martinsson and Tropp 2011
 * (randomized subspace iteration).
 */
export async function symmetricFactors(matrix: SparseMatrix, count: number, random: Random): Promise<Columns> {
  const rows = matrix.offsets.length - 1;
  const directions = Math.min(rows, count + oversampling);
  let basis: Columns = Array.from({ length: directions }, () =>
    Float64Array.from({ length: rows }, () => random.normal()),
  );
  let shares: Columns = [];
  for (let round = 0; round <= rounds; round++) {
    const products: Columns = [];
    for (const column of basis) {
      products.push(multiply(matrix, column));
      await setImmediate();
    }
    shares = orthonormalize(products);
    basis = products;
  }
  // S times the last basis but one is basis * shares; what turns its columns to right angles turns those of `shares`.
  turnToRightAngles(shares);
  const strongest = shares
    .map((column) => ({ column, strength: lengthOf(column) }))
    .filter(({ strength }) => strength > 0)
    .sort((a, b) => b.strength - a.strength)
    .slice(0, count);
  return combine(
    basis,
    strongest.map(({ column, strength }) => column.map((share) => share / Math.sqrt(strength))),
  );
}

function multiply({ offsets, columns, values }: SparseMatrix, vector: Float64Array): Float64Array {
  return vector.map((_, row) => {
    let sum = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) sum += values[at]! * vector[columns[at]!]!;
    return sum;
  });
}
