import {
  add,
  concatFirst,
  equalIntegers,
  log,
  matMul,
  maxLast,
  multiply,
  select,
  sigmoid,
  sliceFirst,
  softplus,
  subtract,
  sumAll,
  sumLast,
  transpose,
} from '../kernels/kernels.js';
import { softmax } from '../kernels/softmax.js';
import { floats, free, integers, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import type { Candidates } from './candidates.js';
import { rowBlocks } from './real-places.js';

export interface SampledSoftmaxRequest {
  /** [R, D] */
  readonly hidden: Tensor;
  /** Vectors of the rows' own labels, [R, D]. */
  readonly positives: Tensor;
  /** Vectors of the candidates, [C, D]. */
  readonly negatives: Tensor;
  /** R items. */
  readonly labels: Int32Array;
  /** Subtracted from the logits of the rows' own labels, [R]; left out: nothing. */
  readonly labelCorrections?: Float32Array | undefined;
  readonly candidates: Candidates;
  readonly temperature: number;
  /** Leaves a candidate out of the rows whose label it is. */
  readonly maskAccidentalHits: boolean;
}

export interface SampledSoftmaxGradients {
  readonly dhidden: Tensor;
  readonly dpositives: Tensor;
  readonly dnegatives: Tensor;
}

const accidentalHit = -10_000;

/**
 * Each row's own label against candidates that all rows share. With s+ and s the corrected logits, <h, e> / t - correction,
 * of label and candidates, loss = mean of log(1 + exp(logsumexp(s) - s+)). With P the softmax over the candidates alone and g
 * the logistic of logsumexp(s) - s+: dh = g (P E - e+) / t, de+ = -g h / t, dE = P^T (g h) / t, all by 1 / R. In blocks of rows.
 */
export function sampledSoftmax(request: SampledSoftmaxRequest): { loss: number } & SampledSoftmaxGradients {
  const { positives, negatives, labels, labelCorrections, candidates, temperature } = request;
  const rows = labels.length;
  let loss = 0;
  const gradients = scope(() => {
    const hidden = multiply(request.hidden, scalar(1 / temperature));
    const corrections = floats(candidates.corrections, [1, candidates.items.length]);
    const own = sumLast(multiply(hidden, positives)); // [R, 1]
    const ownLogits = labelCorrections === undefined ? own : subtract(own, floats(labelCorrections, [rows, 1]));
    const expectedParts: Tensor[] = [];
    const missesParts: Tensor[] = [];
    let dnegatives: Tensor | undefined;
    for (const { start, count } of rowBlocks(rows, candidates.items.length)) {
      const block = scope(() => {
        const h = sliceFirst(hidden, start, count);
        const products = subtract(matMul(h, negatives, { transposeB: true }), corrections); // [count, C]
        const logits = request.maskAccidentalHits
          ? maskHits(products, labels.subarray(start, start + count), candidates.items)
          : products;
        const probabilities = softmax(logits);
        // The likeliest candidate's probability is exp(its logit) over the sum of all.
        const logSum = subtract(maxLast(logits), log(maxLast(probabilities)));
        const distance = subtract(logSum, sliceFirst(ownLogits, start, count));
        loss += readFloats(sumAll(softplus(distance)))[0]!;
        const misses = multiply(sigmoid(distance), scalar(1 / rows)); // [count, 1]
        const sum = matMul(multiply(h, misses), probabilities, { transposeA: true }); // [D, C]: twice as fast as [C, D]
        return {
          misses,
          expected: matMul(probabilities, negatives),
          dnegatives: dnegatives === undefined ? sum : add(dnegatives, sum),
        };
      });
      free(dnegatives);
      dnegatives = block.dnegatives;
      expectedParts.push(block.expected);
      missesParts.push(block.misses);
    }
    const misses = concatFirst(missesParts);
    return {
      dhidden: multiply(subtract(concatFirst(expectedParts), positives), multiply(misses, scalar(1 / temperature))),
      dpositives: multiply(hidden, multiply(misses, scalar(-1))),
      dnegatives: transpose(dnegatives!, [1, 0]),
    };
  });
  return { loss: loss / rows, ...gradients };
}

function maskHits(logits: Tensor, labels: Int32Array, candidates: Int32Array): Tensor {
  const equal = equalIntegers(integers(labels, [labels.length, 1]), integers(candidates, [1, candidates.length]));
  return select(equal, scalar(accidentalHit), logits);
}

function scalar(value: number): Tensor {
  return floats(Float32Array.of(value), []);
}
