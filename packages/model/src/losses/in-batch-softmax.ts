import {
  and,
  batchMatMul,
  diagonal,
  equalIntegers,
  log,
  maximum,
  multiply,
  reshape,
  select,
  subtract,
  sumAll,
} from '../kernels/kernels.js';
import { softmax } from '../kernels/softmax.js';
import { together } from '../kernels/together.js';
import { booleans, floats, free, integers, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';

export interface InBatchLabels {
  readonly batch: number;
  readonly length: number;
  /** Item of every place, row l * B + b; a random negative at padded places. */
  readonly labels: Int32Array;
  /** 1 where the place is real, 0 at padding; [L * B]. */
  readonly isReal: Float32Array;
  /** What is subtracted from the logits of a label, [L * B]; left out: nothing. */
  readonly hotWeights?: Float32Array | undefined;
  readonly maskAccidentalHits: boolean;
  /** 1 unless set. */
  readonly temperature?: number | undefined;
}

const accidentalHit = -10_000;
/** Keeps log finite when a probability underflows; a NaN stays a NaN. */
const tiny = 1e-37;

/**
 * logits[l,b,m] = <hidden[l,b], label[l,m]> / temperature - hot[l,m], for hidden and label vectors both [L * B, D] -> [L, B, B].
 * Source: document 004, loss; an accidental hit, another row's label that is also the row's own, gets -10000.
 */
export function inBatchLogits(hidden: Tensor, labelVectors: Tensor, labels: InBatchLabels): Tensor {
  return scope(() => {
    const { batch, length } = labels;
    const byPlace = [length, batch, hidden.shape[1]!];
    const products = batchMatMul(reshape(scaled(hidden, labels), byPlace), reshape(labelVectors, byPlace), {
      transposeB: true,
    });
    const candidates = labels.maskAccidentalHits ? maskHits(products, labels) : products;
    if (labels.hotWeights === undefined) return candidates;
    return subtract(candidates, floats(labels.hotWeights, [length, 1, batch]));
  });
}

/**
 * loss = mean over real places of logsumexp(row) - diagonal, and its gradients. With P the softmax of the logits and
 * w = 1 / real places at real places, else 0 (and 1 / temperature in both gradients): dhidden = w (P E - E), dE = P^T (w hidden) - w hidden.
 */
export function inBatchSoftmax(
  hidden: Tensor,
  labelVectors: Tensor,
  labels: InBatchLabels,
): { loss: number; dhidden: Tensor; dlabelVectors: Tensor } {
  const { batch, length } = labels;
  const { logLikelihoods, ...gradients } = together(() => {
    const byPlace = [length, batch, hidden.shape[1]!];
    const flat = [length * batch, hidden.shape[1]!];
    const realPlaces = labels.isReal.reduce((sum, real) => sum + real, 0);
    const weights = floats(
      labels.isReal.map((real) => real / realPlaces),
      [length * batch, 1],
    );
    const probabilities = softmax(inBatchLogits(hidden, labelVectors, labels)); // [L, B, B]
    const logPositive = log(maximum(diagonal(probabilities), floats(Float32Array.of(tiny), [])));
    const weighted = multiply(scaled(hidden, labels), weights);
    const expectedLabel = reshape(batchMatMul(probabilities, reshape(labelVectors, byPlace)), flat);
    const expectedHidden = batchMatMul(probabilities, reshape(weighted, byPlace), { transposeA: true });
    return {
      logLikelihoods: sumAll(multiply(reshape(logPositive, [length * batch, 1]), weights)),
      dhidden: scaled(multiply(subtract(expectedLabel, labelVectors), weights), labels),
      dlabelVectors: subtract(reshape(expectedHidden, flat), weighted),
    };
  });
  const loss = -readFloats(logLikelihoods)[0]!;
  free(logLikelihoods);
  return { loss, ...gradients };
}

function scaled(x: Tensor, { temperature = 1 }: InBatchLabels): Tensor {
  return temperature === 1 ? x : multiply(x, floats(Float32Array.of(1 / temperature), []));
}

function maskHits(logits: Tensor, { batch, length, labels }: InBatchLabels): Tensor {
  const equal = equalIntegers(integers(labels, [length, batch, 1]), integers(labels, [length, 1, batch]));
  return select(and(equal, offDiagonal(batch)), floats(Float32Array.of(accidentalHit), []), logits);
}

/** [1, B, B] */
function offDiagonal(batch: number): Tensor {
  const off = new Uint8Array(batch * batch).fill(1);
  for (let row = 0; row < batch; row++) off[row * batch + row] = 0;
  return booleans(off, [1, batch, batch]);
}
