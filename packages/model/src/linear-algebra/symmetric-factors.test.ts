import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.js';
import { symmetricFactors, type SparseMatrix } from './symmetric-factors.js';

function sparse(rows: readonly (readonly number[])[]): SparseMatrix {
  const entries = rows.map((row) => row.flatMap((value, column) => (value === 0 ? [] : [{ column, value }])));
  const offsets = new Int32Array(rows.length + 1);
  entries.forEach((row, at) => (offsets[at + 1] = offsets[at]! + row.length));
  return {
    offsets,
    columns: Int32Array.from(entries.flat(), ({ column }) => column),
    values: Float32Array.from(entries.flat(), ({ value }) => value),
  };
}

/** The factors times their transpose. */
function rebuilt(factors: readonly Float64Array[], rows: number): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: rows }, (_column, j) => factors.reduce((sum, factor) => sum + factor[i]! * factor[j]!, 0)),
  );
}

describe('symmetricFactors', () => {
  it('gives a matrix of two directions back whole', async () => {
    const [a, b] = [
      [1, 2, 0, -1, 3],
      [0, 1, 1, 2, -1],
    ] as const;
    const matrix = a.map((x, i) => a.map((y, j) => x * y + b[i]! * b[j]!));
    const factors = await symmetricFactors(sparse(matrix), 4, createRandom(1));
    expect(factors.length).toBeGreaterThanOrEqual(2);
    rebuilt(factors, 5).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(matrix[i]![j]!, 6);
      });
    });
  });

  it('keeps the strongest directions, strongest first, each times the root of its strength', async () => {
    const matrix = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 40 }, (_row, j) => (i === j ? 40 - i : 0)),
    );
    const factors = await symmetricFactors(sparse(matrix), 3, createRandom(2));
    const squares = factors.map((factor) => factor.reduce((sum, value) => sum + value * value, 0));
    expect(squares).toHaveLength(3);
    [40, 39, 38].forEach((strength, at) => {
      expect(Math.abs(squares[at]! - strength)).toBeLessThan(0.05 * strength);
    });
    expect(squares).toEqual([...squares].sort((one, other) => other - one));
  });

  it('takes the size of a negative eigenvalue for its strength', async () => {
    const factors = await symmetricFactors(
      sparse([
        [0, 2],
        [2, 0],
      ]),
      2,
      createRandom(3),
    );
    const squares = factors.map((factor) => factor.reduce((sum, value) => sum + value * value, 0));
    expect(squares[0]).toBeCloseTo(2, 9);
    expect(squares[1]).toBeCloseTo(2, 9);
  });

  it('has no factors of a matrix of zeros', async () => {
    expect(
      await symmetricFactors(
        sparse([
          [0, 0],
          [0, 0],
        ]),
        2,
        createRandom(4),
      ),
    ).toEqual([]);
  });
});
