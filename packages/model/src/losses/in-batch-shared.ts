import type { Random } from '../random/random.js';

/** `count` labels of a batch's real places, drawn without putting back; all of them where there are no more, or count is 0. */
export function drawInBatchShared(realLabels: Int32Array, count: number, random: Random): Int32Array {
  const labels = realLabels.slice();
  if (count === 0 || count >= labels.length) return labels;
  for (let at = 0; at < count; at++) {
    const other = at + random.below(labels.length - at);
    const label = labels[at]!;
    labels[at] = labels[other]!;
    labels[other] = label;
  }
  return labels.subarray(0, count);
}
