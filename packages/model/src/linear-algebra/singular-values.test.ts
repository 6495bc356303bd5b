import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.js';
import { singularValues } from './singular-values.js';

describe('singularValues', () => {
  it('gives those of the example of document 003', () => {
    const [first, second] = singularValues([1, 1, 1, 1.1], 2, 2);
    expect(first).toBeCloseTo(2.0512, 4);
    expect(second).toBeCloseTo(0.0488, 4);
  });

  it('gives the lengths of columns at right angles, and 0 for what depends on others', () => {
    expect([...singularValues([0, 3, 4, 0, 0, 0], 3, 2)]).toEqual([4, 3]);
    const [first, second] = singularValues([1, 2, 2, 4], 2, 2);
    expect(first).toBeCloseTo(5, 12);
    expect(second).toBeCloseTo(0, 12);
    expect([...singularValues([0, 0, 0, 0], 2, 2)]).toEqual([0, 0]);
  });

  it('keeps the sum of squares and the determinant of a matrix', () => {
    const random = createRandom(3);
    const matrix = Array.from({ length: 9 }, () => random.normal());
    const values = [...singularValues(matrix, 3, 3)];
    const squares = matrix.reduce((sum, value) => sum + value * value, 0);
    expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(squares, 9);
    const [a, b, c, d, e, f, g, h, i] = matrix as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    expect(values.reduce((product, value) => product * value, 1)).toBeCloseTo(Math.abs(determinant), 9);
  });
});
