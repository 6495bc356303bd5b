import { gather, segmentSum } from '../kernels/kernels.js';
import { integers, type Tensor } from '../kernels/tensorflow.js';

/** The places that count, ascending. */
export function realPlaceIndexes(isReal: Float32Array): Int32Array {
  const indexes = new Int32Array(isReal.length);
  let count = 0;
  for (let at = 0; at < isReal.length; at++) if (isReal[at] !== 0) indexes[count++] = at;
  return indexes.subarray(0, count);
}

/** Rows of [places, D] at the real places, [R, D]; no copy where all are real. */
export function onlyReal(x: Tensor, indexes: Int32Array): Tensor {
  return indexes.length === x.shape[0] ? x : gather(x, integers(indexes, [indexes.length]));
}

/** The reverse of `onlyReal`: [R, D] -> [places, D], zeros at padding. */
export function withPadding(x: Tensor, indexes: Int32Array, places: number): Tensor {
  return indexes.length === places ? x : segmentSum(x, integers(indexes, [indexes.length]), places);
}

/** Numbers a block of logits may have: about what stays in the processor's cache, and no new memory from the system. */
const logitsPerBlock = 1.5 * 2 ** 20;

/** Runs over `rows` in blocks whose logits, `columns` a row, stay small. */
export function* rowBlocks(rows: number, columns: number): Iterable<{ start: number; count: number }> {
  const perBlock = Math.max(1, Math.floor(logitsPerBlock / columns));
  for (let start = 0; start < rows; start += perBlock) yield { start, count: Math.min(perBlock, rows - start) };
}
