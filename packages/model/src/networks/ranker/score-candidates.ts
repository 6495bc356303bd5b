import { gatherRows } from '../../data/gather-rows.js';
import {
  add,
  batchMatMul,
  concatLast,
  matMul,
  maxLast,
  multiply,
  relu,
  reshape,
  sliceFirst,
  splitLast,
  transpose,
} from '../../kernels/kernels.js';
import { softmax } from '../../kernels/softmax.js';
import { together } from '../../kernels/together.js';
import { floats, readFloats, scope, type Tensor } from '../../kernels/tensorflow.js';
import { dense } from '../../layers/dense.js';
import type { RankerConfig } from './config.js';
import { numericCount, type RankBatch } from './rank-batch.js';
import type { CrossWeights, ScoringWeights } from './scoring-weights.js';

/** The tables that candidates and histories are looked up in. */
export interface ScoringTables {
  /** The encoder's item vectors, each of length 1: (N + 1) x E. */
  readonly vectors: Float32Array;
  readonly vectorDim: number;
  /** Candidates' own vectors, rows of `itemDim`; undefined without `itemBuckets`. */
  readonly own: Float32Array | undefined;
}

/** Added to the score of padding: its exponential is 0 beside any real one. */
const paddingScore = -(2 ** 32);

/**
 * One score a candidate, B x C: what `rankScores` (`forward.ts`) gives without training, up to rounding, as one graph and
 * with fewer kernels.
 */
export function scoreCandidates(
  config: RankerConfig,
  batch: RankBatch,
  tables: ScoringTables,
  weights: ScoringWeights,
): Float32Array {
  const { lists, candidates, clicks } = batch;
  const { dim, heads, history, itemDim } = config;
  const { vectors, vectorDim, own } = tables;
  const rows = lists * candidates;
  const clicked = gatherRows(vectors, batch.historyItems, vectorDim);
  const real = Float32Array.from(batch.historyItems, (item) => (item === 0 ? 0 : 1));

  const forward = (): Tensor => {
    const ofCandidates = floats(gatherRows(vectors, batch.candidateItems, vectorDim), [rows, vectorDim]);
    const ofClicks = floats(clicked, [lists * clicks, vectorDim]);
    const heard = (x: Tensor, count: number): Tensor =>
      transpose(reshape(x, [lists, count, heads, dim / heads]), [0, 2, 1, 3]); // [B, H, count, D / H]

    const [projected, asked] = splitLast(dense(ofCandidates, weights.candidates), 2) as [Tensor, Tensor]; // [B * C, D]
    const queries = heard(relu(asked), candidates);
    const places = sliceFirst(weights.places, history - clicks, clicks);
    const placed = relu(add(reshape(matMul(ofClicks, weights.keys), [lists, clicks, dim]), places));
    // Without anything real all places weigh the same, and must be worth nothing.
    const keys = heard(multiply(placed, floats(real, [lists, clicks, 1])), clicks);
    const padding = floats(
      real.map((is) => (1 - is) * paddingScore),
      [lists, 1, 1, clicks],
    );
    const shares = softmax(add(batchMatMul(queries, keys, { transposeB: true }), padding)); // [B, H, C, T]
    const contexts = reshape(transpose(batchMatMul(shares, keys), [0, 2, 1, 3]), [rows, dim]);

    const each = reshape(ofCandidates, [lists, candidates, vectorDim]);
    const cosines = batchMatMul(each, reshape(ofClicks, [lists, clicks, vectorDim]), { transposeB: true });
    const ends = floats(meanAndNewest(clicked, real, lists, vectorDim), [lists, 2, vectorDim]);
    const x0 = concatLast([
      projected,
      relu(dense(contexts, weights.attended)),
      relu(reshape(maxLast(cosines), [rows, 1])),
      reshape(batchMatMul(each, ends, { transposeB: true }), [rows, 2]),
      floats(batch.numeric, [rows, numericCount]),
      ...(own === undefined ? [] : [floats(gatherRows(own, batch.candidateBuckets, itemDim), [rows, itemDim])]),
    ]);
    const logits = crossNetwork(config, x0, weights); // [B * C, 1]
    if (weights.gain === undefined) return logits;
    return add(logits, multiply(floats(batch.scores, [rows, 1]), weights.gain));
  };

  let scores = new Float32Array(0);
  scope(() => {
    scores = readFloats(together(forward)) as Float32Array<ArrayBuffer>;
  });
  return scores;
}

function crossNetwork({ method }: RankerConfig, x0: Tensor, { cross, hidden, linear }: ScoringWeights): Tensor {
  const crossed = cross.reduce((x, layer) => add(multiply(x0, crossLayer(x, layer)), x), x0);
  const deep = (input: Tensor): Tensor => hidden.reduce((x, layer) => relu(dense(x, layer)), input);
  switch (method) {
    case 'parallel':
      return dense(concatLast([crossed, deep(x0)]), linear);
    case 'stacked':
      return dense(deep(crossed), linear);
  }
}

function crossLayer(x: Tensor, layer: CrossWeights): Tensor {
  switch (layer.kind) {
    case 'v2':
      return dense(x, layer.turned);
    case 'mix': {
      const gates = softmax(dense(x, layer.gates)); // [B * C, experts]
      const low = multiply(matMul(x, layer.inward), matMul(gates, layer.repeater)); // [B * C, experts * r]
      return matMul(concatLast([low, gates]), layer.outward);
    }
  }
}

/** Of each history the mean of its vectors and the newest of them, lists x 2 x E: their products with a candidate are cosines. */
function meanAndNewest(clicked: Float32Array, real: Float32Array, lists: number, dim: number): Float32Array {
  const clicks = real.length / lists;
  const ends = new Float32Array(lists * 2 * dim);
  for (let list = 0; list < lists; list++) {
    const mean = ends.subarray(list * 2 * dim, (list * 2 + 1) * dim);
    let count = 0;
    for (let click = list * clicks; click < (list + 1) * clicks; click++) {
      count += real[click]!;
      for (let at = 0; at < dim; at++) mean[at]! += clicked[click * dim + at]!;
    }
    for (let at = 0; at < dim; at++) mean[at]! /= Math.max(1, count);
    const newest = ((list + 1) * clicks - 1) * dim;
    ends.set(clicked.subarray(newest, newest + dim), (list * 2 + 1) * dim);
  }
  return ends;
}
