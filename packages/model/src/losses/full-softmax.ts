import {
  add,
  concatFirst,
  gather,
  gatherEachRow,
  log,
  matMul,
  maximum,
  multiply,
  segmentSum,
  sliceFirst,
  subtract,
  sumAll,
  transpose,
} from '../kernels/kernels.js';
import { softmax } from '../kernels/softmax.js';
import { floats, free, integers, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import type { Labelled } from './loss.js';
import { onlyReal, realPlaceIndexes, rowBlocks, withPadding } from './real-places.js';

/** Keeps log finite when a probability underflows; a NaN stays a NaN. */
const tiny = 1e-37;

/**
 * The label of each real place against every item: loss = mean of logsumexp(h E^T / t) - <h, e> / t, with h a hidden vector,
 * e its label's, E all item vectors [N, D] (row i - 1 is item i's) and t the temperature. With P the softmax and w = 1 / real
 * places: dh = w (P E - e) / t, dE = w (P^T h - h at its label) / t. In blocks, so that memory is that of a block.
 */
export function fullSoftmax(
  hidden: Tensor,
  items: Tensor,
  { labels, isReal }: Pick<Labelled, 'labels' | 'isReal'>,
  temperature: number,
): { loss: number; dhidden: Tensor; ditems: Tensor } {
  let loss = Number.NaN;
  const gradients = scope(() => {
    const indexes = realPlaceIndexes(isReal);
    const [itemCount = 0] = items.shape;
    const targets = indexes.map((at) => labels[at]! - 1);
    const scaled = multiply(onlyReal(hidden, indexes), scalar(1 / temperature));
    const labelsOfRows = integers(targets, [targets.length]);
    const expectedItems: Tensor[] = [];
    let expectedHidden: Tensor | undefined;
    let logPositives = 0;
    for (const { start, count } of rowBlocks(targets.length, itemCount)) {
      const block = scope(() => {
        const rows = sliceFirst(scaled, start, count);
        const probabilities = softmax(matMul(rows, items, { transposeB: true })); // [count, N]
        const positive = gatherEachRow(probabilities, integers(targets.subarray(start, start + count), [count]));
        logPositives += readFloats(sumAll(log(maximum(positive, scalar(tiny)))))[0]!;
        const sum = matMul(rows, probabilities, { transposeA: true }); // [D, N]: twice as fast as [N, D]
        return { items: matMul(probabilities, items), hidden: expectedHidden ? add(expectedHidden, sum) : sum };
      });
      free(expectedHidden);
      expectedHidden = block.hidden;
      expectedItems.push(block.items);
    }
    loss = -logPositives / targets.length;
    const dreal = multiply(
      subtract(concatFirst(expectedItems), gather(items, labelsOfRows)),
      scalar(1 / targets.length / temperature),
    );
    const ditems = subtract(transpose(expectedHidden!, [1, 0]), segmentSum(scaled, labelsOfRows, itemCount));
    return {
      dhidden: withPadding(dreal, indexes, isReal.length),
      ditems: multiply(ditems, scalar(1 / targets.length)),
    };
  });
  return { loss, ...gradients };
}

function scalar(value: number): Tensor {
  return floats(Float32Array.of(value), []);
}
