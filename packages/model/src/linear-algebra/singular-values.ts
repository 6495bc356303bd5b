import { lengthOf, turnToRightAngles } from './columns.js';

/** Singular values of a matrix [rows, columns] with at least as many rows as columns, greatest first. */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const turned = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_row, i) => matrix[i * columns + j]!),
  );
  turnToRightAngles(turned);
  return Float64Array.from(turned, lengthOf).sort((a, b) => b - a);
}
