import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.js';
import { combine, lengthOf, orthonormalize, turnToRightAngles, type Columns } from './columns.js';

function randomColumns(rows: number, count: number, seed: number): Columns {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: rows }, () => random.normal()));
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}

describe('orthonormalize', () => {
  it('gives columns of length 1 at right angles, and what makes the given ones of them', () => {
    const given = randomColumns(7, 4, 1);
    const columns = given.map((column) => column.slice());
    const shares = orthonormalize(columns);
    columns.forEach((left, i) =>
      columns.forEach((right, j) => {
        expect(product(left, right)).toBeCloseTo(i === j ? 1 : 0, 12);
      }),
    );
    combine(columns, shares).forEach((column, at) => {
      column.forEach((value, row) => {
        expect(value).toBeCloseTo(given[at]![row]!, 12);
      });
    });
  });

  it('stays at right angles where columns nearly agree', () => {
    const [first, noise] = randomColumns(50, 2, 2) as [Float64Array, Float64Array];
    const columns = [first, first.map((value, row) => value + 1e-7 * noise[row]!)];
    orthonormalize(columns);
    expect(Math.abs(product(columns[0]!, columns[1]!))).toBeLessThan(1e-14);
    expect(lengthOf(columns[1]!)).toBeCloseTo(1, 12);
  });

  it('makes a column zero that depends on those before it', () => {
    const [first, second] = randomColumns(5, 2, 3) as [Float64Array, Float64Array];
    const columns = [first.slice(), second.slice(), first.map((value, row) => value - 2 * second[row]!)];
    const shares = orthonormalize(columns);
    expect(columns[2]).toEqual(new Float64Array(5));
    expect(shares[2]![2]).toBe(0);
  });
});

describe('turnToRightAngles', () => {
  it('keeps the matrix times its transpose', () => {
    const given = randomColumns(6, 3, 4);
    const turned = given.map((column) => column.slice());
    turnToRightAngles(turned);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < i; j++) expect(product(turned[i]!, turned[j]!)).toBeCloseTo(0, 9);
    }
    for (let row = 0; row < 6; row++) {
      for (let other = 0; other < 6; other++) {
        const of = (columns: Columns): number =>
          columns.reduce((sum, column) => sum + column[row]! * column[other]!, 0);
        expect(of(turned)).toBeCloseTo(of(given), 12);
      }
    }
  });
});
