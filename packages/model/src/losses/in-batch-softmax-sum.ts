import { add, matMul, mul, oneHot, scalar, sub, sum } from '../kernels/recorded.js';
import { sparseSoftmaxCrossEntropy } from '../kernels/sparse-softmax.js';
import { floats, integers, type Tensor } from '../kernels/tensorflow.js';

export interface InBatchPairs {
  /** For every query, the row of its candidate; [B]. */
  readonly positives: Int32Array;
  /** Subtracted from a candidate's scores, [C]; left out: nothing. */
  readonly logShares?: Float32Array | undefined;
  readonly temperature: number;
  readonly maskAccidentalHits: boolean;
}

/**
 * The sum over queries of softmax cross-entropy among the batch's candidates, the query's own positive; recorded.
 * `queries` [B, D], `candidates` [C, D] distinct. A candidate of n rows counts as the n columns it would be; with
 * accidental hits masked, a row's own candidate counts once. Source: document 001, as its retrieval task sums.
 */
export function inBatchSoftmaxSum(queries: Tensor, candidates: Tensor, pairs: InBatchPairs): Tensor {
  const { positives, logShares, temperature, maskAccidentalHits } = pairs;
  const count = candidates.shape[0]!;
  const rows = new Float32Array(count);
  for (const positive of positives) rows[positive]! += 1;
  // n columns of one score are one column whose score is higher by log n.
  const logRows = rows.map((columns) => Math.log(Math.max(1, columns)));
  const shift = logRows.map((log, candidate) => log - (logShares?.[candidate] ?? 0));
  const scores = mul(matMul(queries, candidates, false, true), scalar(1 / temperature));
  let logits = add(scores, floats(shift, [1, count]));
  const labels = integers(positives, [positives.length]);
  const ownLogRows = Float32Array.from(positives, (positive) => logRows[positive]!);
  if (maskAccidentalHits) {
    logits = sub(logits, mul(oneHot(labels, count), floats(ownLogRows, [positives.length, 1])));
    return sum(sparseSoftmaxCrossEntropy(logits, labels));
  }
  // Of the n columns one is the positive.
  return sum(add(sparseSoftmaxCrossEntropy(logits, labels), floats(ownLogRows, [positives.length])));
}
