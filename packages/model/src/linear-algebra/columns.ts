/** A dense matrix by its columns, all of one length. */
export type Columns = Float64Array[];

/** Rotations stop when no two columns are further from a right angle than this cosine. */
const tolerance = 1e-10;
const mostSweeps = 60;
/** A column of which less than this share is left beside those before it depends on them. */
const dependent = 1e-9;

/**
 * Turns columns in place until all stand at right angles: their lengths are then the singular values. One-sided Jacobi,
 * source: Hestenes 1958; Golub and Van Loan, Matrix Computations, 8.6.3.
 */
export function turnToRightAngles(columns: Columns): void {
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let turned = false;
    for (let left = 0; left < columns.length; left++) {
      for (let right = left + 1; right < columns.length; right++) {
        turned = turn(columns[left]!, columns[right]!) || turned;
      }
    }
    if (!turned) break;
  }
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

/**
 * Makes columns orthonormal in place, zero where one depends on those before it, and returns R, by columns: the given columns
 * are the new ones times R. Gram and Schmidt, twice over: once loses right angles to rounding (Giraud et al. 2005).
 */
export function orthonormalize(columns: Columns): Columns {
  return columns.map((column, at) => {
    const before = lengthOf(column);
    const shares = new Float64Array(columns.length);
    for (let round = 0; round < 2; round++) {
      for (let earlier = 0; earlier < at; earlier++) {
        const share = product(columns[earlier]!, column);
        addTimes(column, -share, columns[earlier]!);
        shares[earlier]! += share;
      }
    }
    const left = lengthOf(column);
    if (left <= dependent * before) {
      column.fill(0);
      return shares;
    }
    shares[at] = left;
    for (let row = 0; row < column.length; row++) column[row]! /= left;
    return shares;
  });
}

/** Each column of the result is the sum of `columns`, weighted by the numbers of one column of `weights`. */
export function combine(columns: Columns, weights: Columns): Columns {
  return weights.map((shares) => {
    const sum = new Float64Array(columns[0]?.length ?? 0);
    columns.forEach((column, at) => addTimes(sum, shares[at]!, column));
    return sum;
  });
}

export function lengthOf(column: Float64Array): number {
  return Math.sqrt(product(column, column));
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

function addTimes(sum: Float64Array, factor: number, column: Float64Array): void {
  if (factor === 0) return;
  for (let at = 0; at < sum.length; at++) sum[at]! += factor * column[at]!;
}
