import {
  add,
  gather,
  log,
  matMul,
  maximum,
  multiply,
  reshape,
  segmentSum,
  subtract,
  sumAll,
} from '../kernels/kernels.js';
import { customGrad, oneHot } from '../kernels/recorded.js';
import { softmax } from '../kernels/softmax.js';
import { floats, integers, type Tensor } from '../kernels/tensorflow.js';

export interface InBatchPairs {
  /** For every query, the row of its candidate; [B]. */
  readonly positives: Int32Array;
  /** Subtracted from a candidate's scores, [C]; left out: nothing. */
  readonly logShares?: Float32Array | undefined;
  readonly temperature: number;
  readonly maskAccidentalHits: boolean;
}

/** Keeps log finite when a probability underflows; a NaN stays a NaN. */
const tiny = 1e-37;

/**
 * The sum over queries of softmax cross-entropy among the batch's candidates, the query's own positive; recorded.
 * `queries` [B, D], `candidates` [C, D] distinct: a candidate of n rows counts as the n columns it would be (its score is
 * raised by log n); with accidental hits masked, a row's own counts once. With P the softmax and s the inverse of the
 * temperature: dqueries = s (P V - V at the positives), dcandidates = s (P^T Q - Q added up by positive).
 * Source: document 001, as its retrieval task sums.
 */
export function inBatchSoftmaxSum(queries: Tensor, candidates: Tensor, pairs: InBatchPairs): Tensor {
  const { positives, temperature } = pairs;
  const batch = positives.length;
  const [count = 0] = candidates.shape;
  // Made anew on the way back: what is made on the way forward is freed by then.
  const own = (): Tensor => integers(positives, [batch]);
  const scale = (): Tensor => floats(Float32Array.of(1 / temperature), []);
  const shifts = columnShifts(pairs, count);

  const loss = customGrad((q, v, save) => {
    const [query, candidate] = [q as Tensor, v as Tensor];
    const scores = matMul(multiply(query, scale()), candidate, { transposeB: true });
    let logits = add(scores, floats(shifts.all, [1, count]));
    if (pairs.maskAccidentalHits) {
      logits = subtract(logits, multiply(oneHot(own().as1D(), count, 1, 0, 'float32'), floats(shifts.own, [batch, 1])));
    }
    const probabilities = softmax(logits); // [B, C]
    const places = Int32Array.from(positives, (positive, row) => row * count + positive);
    const positive = gather(reshape(probabilities, [batch * count]), integers(places, [batch]));
    const logPositive = log(maximum(positive, floats(Float32Array.of(tiny), [])));
    // Of a positive's n columns one is the row's own.
    const columns = pairs.maskAccidentalHits ? 0 : shifts.own.reduce((sum, shift) => sum + shift, 0);
    (save as (tensors: Tensor[]) => void)([query, candidate, probabilities]);
    return {
      value: subtract(floats(Float32Array.of(columns), []), sumAll(logPositive)),
      gradFunc: (dy: Tensor, [savedQuery, savedCandidate, saved]: Tensor[]) => {
        const factor = multiply(dy, scale());
        const dquery = subtract(matMul(saved!, savedCandidate!), gather(savedCandidate!, own()));
        const dcandidate = subtract(
          matMul(saved!, savedQuery!, { transposeA: true }),
          segmentSum(savedQuery!, own(), count),
        );
        return [multiply(dquery, factor), multiply(dcandidate, factor)];
      },
    };
  });
  return loss(queries, candidates);
}

/** What is added to every candidate's scores, [C], and the part of it that its number of rows makes, by query, [B]. */
function columnShifts({ positives, logShares }: InBatchPairs, count: number): { all: Float32Array; own: Float32Array } {
  const rows = new Float32Array(count);
  for (const positive of positives) rows[positive]! += 1;
  const logRows = rows.map((columns) => Math.log(Math.max(1, columns)));
  return {
    all: logRows.map((shift, candidate) => shift - (logShares?.[candidate] ?? 0)),
    own: Float32Array.from(positives, (positive) => logRows[positive]!),
  };
}
