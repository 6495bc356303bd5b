import { describe, expect, it } from 'vitest';
import type { Parameters } from '../networks/parameters.js';
import { adagradParameter, adagradStep } from './adagrad.js';

describe('adagradStep', () => {
  it('divides by the root of the sum of squares, which begins at 0.1', () => {
    const parameters: Parameters = new Map([['w', adagradParameter([2], Float32Array.of(1, 1))]]);
    let [sum, weight] = [0.1, 1];
    for (const gradient of [0.3, -0.2, 0.5]) {
      adagradStep(parameters, new Map([['w', Float32Array.of(gradient, 0)]]), 0.1);
      sum += gradient ** 2;
      weight -= (0.1 * gradient) / (Math.sqrt(sum) + 1e-7);
    }
    const { value, variance } = parameters.get('w')!;
    expect(value[0]).toBeCloseTo(weight, 6);
    expect(value[1]).toBe(1);
    expect(variance[0]).toBeCloseTo(0.1 + 0.09 + 0.04 + 0.25, 6);
  });

  it('touches only the rows that have a gradient', () => {
    const table = adagradParameter([3, 2], Float32Array.of(1, 1, 2, 2, 3, 3));
    const rows = { rows: Int32Array.of(2), values: Float32Array.of(1, -1) };
    adagradStep(new Map([['t', table]]), new Map([['t', rows]]), Math.sqrt(1.1));
    expect([...table.value].map((weight) => Number(weight.toFixed(4)))).toEqual([1, 1, 2, 2, 2, 4]);
    expect([...table.variance].map((sum) => Number(sum.toFixed(4)))).toEqual([0.1, 0.1, 0.1, 0.1, 1.1, 1.1]);
  });

  it('refuses a gradient of what is no parameter', () => {
    expect(() => adagradStep(new Map(), new Map([['w', new Float32Array(1)]]), 0.1)).toThrow(
      /w, which is no parameter/,
    );
  });
});
