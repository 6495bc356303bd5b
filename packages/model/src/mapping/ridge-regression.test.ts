import { describe, expect, it } from 'vitest';
import { ModelInputError } from '../errors.js';
import { createRandom } from '../random/random.js';
import { applyMapping, ridgeRegression, solvePositive } from './ridge-regression.js';

const random = createRandom(7);
const from = Float32Array.from({ length: 40 * 3 }, () => random.normal());
/** y = [2a - b + 5, c + 1] */
const to = Float32Array.from({ length: 40 * 2 }, (_, at) => {
  const [a = 0, b = 0, c = 0] = from.subarray(3 * (at >> 1), 3 * (at >> 1) + 3);
  return at % 2 === 0 ? 2 * a - b + 5 : c + 1;
});
const weights = new Float32Array(40).fill(1);
const request = { from, to, inputs: 3, outputs: 2, weights };

describe('ridgeRegression', () => {
  it('finds a linear relation with its intercept when hardly held back', () => {
    const mapping = ridgeRegression(request).solve(1e-9);
    const expected = [2, 0, -1, 0, 0, 1];
    mapping.kernel.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 4));
    expect([...mapping.bias].map((value) => Number(value.toFixed(4)))).toEqual([5, 1]);
    expect(applyMapping(mapping, from)[0]).toBeCloseTo(to[0]!, 4);
  });

  it('says the mean when held back without end', () => {
    const mapping = ridgeRegression(request).solve(1e12);
    const mean = [0, 1].map(
      (output) => to.filter((_, at) => at % 2 === output).reduce((sum, value) => sum + value) / 40,
    );
    applyMapping(mapping, Float32Array.of(3, -2, 1)).forEach((value, output) =>
      expect(value).toBeCloseTo(mean[output]!, 4),
    );
  });

  it('is the known solution of one input', () => {
    const one = ridgeRegression({
      from: Float32Array.of(1, 2, 3),
      to: Float32Array.of(2, 4, 9),
      inputs: 1,
      outputs: 1,
      weights: Float32Array.of(1, 1, 1),
    }).solve(0.5);
    // Centred: x -1 0 1, y -3 -1 4; 7 / (2 + 0.5 * 2)
    expect(one.kernel[0]).toBeCloseTo(7 / 3, 6);
    expect(one.bias[0]).toBeCloseTo(5 - (2 * 7) / 3, 6);
  });

  it('counts a pair by its weight, and one of weight 0 not at all', () => {
    const twice = ridgeRegression({
      ...request,
      weights: Float32Array.from(weights, (_, pair) => (pair < 20 ? 2 : 0)),
    }).solve(0.3);
    const half = {
      from: Float32Array.of(...from.subarray(0, 60), ...from.subarray(0, 60)),
      to: Float32Array.of(...to.subarray(0, 40), ...to.subarray(0, 40)),
    };
    const written = ridgeRegression({ ...request, ...half }).solve(0.3);
    twice.kernel.forEach((value, at) => expect(value).toBeCloseTo(written.kernel[at]!, 5));
  });

  it('takes inputs that are all the same', () => {
    const flat = ridgeRegression({ ...request, from: new Float32Array(120).fill(4) }).solve(0.1);
    for (const value of flat.kernel) expect(value).toBeCloseTo(0, 9);
  });

  it('refuses lengths that do not fit and pairs that count for nothing', () => {
    expect(() => ridgeRegression({ ...request, inputs: 4 })).toThrow(ModelInputError);
    expect(() => ridgeRegression({ ...request, weights: new Float32Array(40) })).toThrow(/pairs that count/);
  });
});

describe('solvePositive', () => {
  it('solves for several right sides', () => {
    const solution = solvePositive(Float64Array.of(4, 2, 2, 3), Float64Array.of(8, 4, 7, 2), 2, 2);
    expect([...solution].map((value) => Number(value.toFixed(9)))).toEqual([1.25, 1, 1.5, 0]);
  });
});
