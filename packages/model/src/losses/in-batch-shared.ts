import { drawSome, type Random } from '../random/random.js';

/** `count` labels of a batch's real places, drawn without putting back; all of them where there are no more, or count is 0. */
export function drawInBatchShared(realLabels: Int32Array, count: number, random: Random): Int32Array {
  const takesAll = count === 0 || count >= realLabels.length;
  return takesAll ? realLabels : drawSome(realLabels.slice(), count, random);
}
