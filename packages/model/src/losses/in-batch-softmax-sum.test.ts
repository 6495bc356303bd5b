import { describe, expect, it } from 'vitest';
import { differentiate } from '../kernels/differentiate.js';
import { matMul, sum } from '../kernels/recorded.js';
import { tensorCount } from '../kernels/tensorflow.js';
import { parameter } from '../networks/parameters.js';
import { createRandom } from '../random/random.js';
import { inBatchSoftmaxSum, type InBatchPairs } from './in-batch-softmax-sum.js';

const dim = 3;
const random = createRandom(5);
const queries = Float32Array.from({ length: 4 * dim }, () => random.normal());
const candidates = Float32Array.from({ length: 3 * dim }, () => random.normal());
const positives = Int32Array.of(0, 2, 0, 1);
const logShares = Float32Array.of(-1, -2, -0.5);

function lossOf(pairs: Partial<InBatchPairs> = {}): ReturnType<typeof differentiate> {
  const parameters = new Map([
    ['queries', parameter([4, dim], queries)],
    ['candidates', parameter([3, dim], candidates)],
  ]);
  return differentiate({
    parameters,
    lookups: {},
    loss: ({ weight }) =>
      inBatchSoftmaxSum(weight('queries'), weight('candidates'), {
        positives,
        temperature: 1,
        maskAccidentalHits: false,
        ...pairs,
      }),
  });
}

/** One column a row, as the equation has it. */
function byHand(q: Float32Array, v: Float32Array, pairs: Partial<InBatchPairs>): number {
  const { logShares: shares, temperature = 1, maskAccidentalHits = false } = pairs;
  let total = 0;
  positives.forEach((own, row) => {
    const score = (candidate: number): number => {
      let product = 0;
      for (let at = 0; at < dim; at++) product += q[row * dim + at]! * v[candidate * dim + at]!;
      return product / temperature - (shares?.[candidate] ?? 0);
    };
    let sumOfExponentials = 0;
    positives.forEach((candidate, column) => {
      if (maskAccidentalHits && candidate === own && column !== row) return;
      sumOfExponentials += Math.exp(score(candidate));
    });
    total += Math.log(sumOfExponentials) - score(own);
  });
  return total;
}

const variants: Partial<InBatchPairs>[] = [
  {},
  { maskAccidentalHits: true },
  { logShares },
  { temperature: 0.3, logShares, maskAccidentalHits: true },
];

describe('inBatchSoftmaxSum', () => {
  it.each(variants)('is the sum over rows with one column a row: %o', (pairs) => {
    expect(lossOf(pairs).loss).toBeCloseTo(byHand(queries, candidates, pairs), 4);
  });

  it.each(variants)('has the gradients of small differences: %o', (pairs) => {
    const { gradients } = lossOf(pairs);
    const step = 1e-4;
    for (const [name, values] of [
      ['queries', queries],
      ['candidates', candidates],
    ] as const) {
      values.forEach((_, at) => {
        const moved = (by: number): number => {
          const copy = Float32Array.from(values);
          copy[at]! += by;
          return name === 'queries' ? byHand(copy, candidates, pairs) : byHand(queries, copy, pairs);
        };
        const slope = (moved(step) - moved(-step)) / (2 * step);
        expect((gradients.get(name) as Float32Array)[at]).toBeCloseTo(slope, 2);
      });
    }
  });

  it('passes on what comes back to it, and leaves no tensor behind', () => {
    const before = tensorCount();
    const parameters = new Map([['queries', parameter([4, dim], queries)]]);
    const pairs = { positives: Int32Array.of(0, 1, 2, 3), temperature: 1, maskAccidentalHits: true };
    const gradient = (factor: number): number =>
      (
        differentiate({
          parameters,
          lookups: {},
          loss: ({ weight }) =>
            inBatchSoftmaxSum(weight('queries'), weight('queries'), pairs)
              .mul(factor)
              .add(sum(matMul(weight('queries'), weight('queries'), false, true)).mul(0)),
        }).gradients.get('queries') as Float32Array
      )[0]!;
    expect(gradient(3)).toBeCloseTo(3 * gradient(1), 4);
    expect(tensorCount()).toBe(before);
  });
});
