import { describe, expect, it } from 'vitest';
import { parameter, type Gradients, type Parameters, type RowGradients } from '../networks/parameters.js';
import { adamStep } from './adam.js';

describe('adamStep', () => {
  it('first moves every weight by the learning rate against its gradient', () => {
    const parameters: Parameters = new Map([['w', parameter([3], Float32Array.of(1, 2, 3))]]);
    adamStep(parameters, new Map([['w', Float32Array.of(4, -0.5, 0)]]), 1, { learningRate: 0.1 });
    const { value, mean, variance } = parameters.get('w')!;
    expect([...value].map((weight) => Number(weight.toFixed(5)))).toEqual([0.9, 2.1, 3]);
    expect(mean[0]).toBeCloseTo(0.4, 6);
    expect(variance[0]).toBeCloseTo(0.016, 6);
  });

  it.each([0.999, 0.98])('follows the algorithm over several steps, second decay %d', (beta2) => {
    const parameters: Parameters = new Map([['w', parameter([1], Float32Array.of(0))]]);
    let [m, v, w] = [0, 0, 0];
    [0.3, -0.1, 0.7].forEach((gradient, index) => {
      const step = index + 1;
      adamStep(parameters, new Map([['w', Float32Array.of(gradient)]]), step, { learningRate: 0.01, beta2 });
      m = 0.9 * m + 0.1 * gradient;
      v = beta2 * v + (1 - beta2) * gradient ** 2;
      w -= (0.01 * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - beta2 ** step)) + 1e-8);
    });
    expect(parameters.get('w')!.value[0]).toBeCloseTo(w, 6);
  });

  it('has a second decay of 0.999 unless told otherwise', () => {
    const step = (settings: { beta2?: number }): Float32Array => {
      const parameters: Parameters = new Map([['w', parameter([1], Float32Array.of(1))]]);
      adamStep(parameters, new Map([['w', Float32Array.of(2)]]), 1, { learningRate: 0.1, ...settings });
      return parameters.get('w')!.variance;
    };
    expect(step({})).toEqual(step({ beta2: 0.999 }));
    expect(step({})).not.toEqual(step({ beta2: 0.98 }));
  });

  it('touches only the rows that have a gradient', () => {
    const table = parameter([3, 2], Float32Array.of(1, 1, 2, 2, 3, 3));
    const rows = { rows: Int32Array.of(2), values: Float32Array.of(1, -1) };
    adamStep(new Map([['t', table]]), new Map([['t', rows]]), 1, { learningRate: 0.5 });
    expect([...table.value].map((weight) => Number(weight.toFixed(4)))).toEqual([1, 1, 2, 2, 2.5, 3.5]);
    expect([...table.mean.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it('takes a share of kernels and touched rows off, and nothing of biases', () => {
    const parameters: Parameters = new Map([
      ['kernel', parameter([1, 2], Float32Array.of(2, -4))],
      ['bias', parameter([2], Float32Array.of(2, -4))],
      ['table', parameter([2, 1], Float32Array.of(2, -4))],
    ]);
    const gradients: Gradients = new Map<string, Float32Array | RowGradients>([
      ['kernel', new Float32Array(2)],
      ['bias', new Float32Array(2)],
      ['table', { rows: Int32Array.of(1), values: new Float32Array(1) }],
    ]);
    adamStep(parameters, gradients, 1, { learningRate: 0.1, weightDecay: 0.5 });
    const after = Array.from(parameters.values(), ({ value }) => [...value].map((weight) => Number(weight.toFixed(5))));
    expect(after).toEqual([
      [1.9, -3.8],
      [2, -4],
      [2, -3.8],
    ]);
  });

  it('refuses a gradient of what is no parameter', () => {
    expect(() => adamStep(new Map(), new Map([['w', new Float32Array(1)]]), 1, { learningRate: 0.1 })).toThrow(
      /w, which is no parameter/,
    );
  });
});
