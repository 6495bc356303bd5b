/** Rotations stop when no two columns are further from a right angle than this cosine. */
const tolerance = 1e-10;
const mostSweeps = 60;

/**
 * Singular values of a matrix [rows, columns] with at least as many rows as columns, greatest first. One-sided Jacobi: pairs
 * of columns are turned until all stand at right angles; their lengths are the values. Source: Hestenes 1958; Golub and Van
 * Loan, Matrix Computations, 8.6.3.
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const column = Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_row, i) => matrix[i * columns + j]!),
  );
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let turned = false;
    for (let left = 0; left < columns; left++) {
      for (let right = left + 1; right < columns; right++) turned = turn(column[left]!, column[right]!) || turned;
    }
    if (!turned) break;
  }
  return Float64Array.from(column, (values) => Math.sqrt(product(values, values))).sort((a, b) => b - a);
}

/** Turns two columns in their plane until they stand at a right angle; false when they did. */
function turn(left: Float64Array, right: Float64Array): boolean {
  const [a, b, c] = [product(left, left), product(right, right), product(left, right)];
  if (Math.abs(c) <= tolerance * Math.sqrt(a * b)) return false;
  const zeta = (b - a) / (2 * c);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let at = 0; at < left.length; at++) {
    const [l, r] = [left[at]!, right[at]!];
    left[at] = cosine * l - sine * r;
    right[at] = sine * l + cosine * r;
  }
  return true;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
