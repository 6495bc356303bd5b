import type { Random } from '../random/random.js';
import type { LogProbability } from './candidates.js';
import { drawInBatchShared } from './in-batch-shared.js';

export interface MixedDraws {
  /** Labels of the batch; fewer where it has fewer. */
  readonly inBatch: number;
  /** Items of the whole vocabulary, each as likely as another. */
  readonly uniform: number;
}

/** Labels of the batch and items that nobody may have clicked. Source: Yang et al. 2020, mixed negative sampling. */
export function drawMixed(
  realLabels: Int32Array,
  { inBatch, uniform }: MixedDraws,
  itemCount: number,
  random: Random,
): Int32Array {
  const labels = inBatch === 0 ? new Int32Array(0) : drawInBatchShared(realLabels, inBatch, random);
  const drawn = new Int32Array(labels.length + uniform);
  drawn.set(labels);
  for (let at = labels.length; at < drawn.length; at++) drawn[at] = 1 + random.below(itemCount);
  return drawn;
}

/** log of the mixture's probability: the share of clicks in `labels` draws, 1 / N in `uniform` draws. */
export function mixedLogProbability(
  logShare: LogProbability,
  itemCount: number,
  labels: number,
  uniform: number,
): LogProbability {
  return (item) => Math.log((labels * Math.exp(logShare(item)) + uniform / itemCount) / (labels + uniform));
}
