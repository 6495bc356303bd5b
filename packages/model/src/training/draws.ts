import type { TrainingConfig } from '../config.js';
import { createCandidatesOf, type LogProbability } from '../losses/candidates.js';
import { drawInBatchShared } from '../losses/in-batch-shared.js';
import { drawMixed, mixedLogProbability } from '../losses/mixed.js';
import type { TrainingBatch } from '../networks/encoder.js';
import type { Random } from '../random/random.js';
import { createHotWeights } from './hot-weights.js';

/** What a loss needs of a batch beside its inputs; `labels` may be written to where `isReal` says no. */
export type Draws = (
  labels: Int32Array,
  isReal: (place: number) => boolean,
  random: Random,
) => Pick<TrainingBatch, 'labels' | 'hotWeights' | 'candidates'>;

/**
 * The draws of the config's kind of negatives, with the log probability of each by its own distribution. `logShare` is the
 * log of every item's share of the labels.
 */
export function createDraws(
  config: Pick<TrainingConfig, 'negatives' | 'hotWeights'>,
  logShare: Float32Array,
  itemCount: number,
): Draws {
  const { negatives } = config;
  const isCorrected = config.hotWeights !== 'none';
  const shareOf = (item: number): number => logShare[item]!;
  const candidatesOf = createCandidatesOf(itemCount);
  const shared = (labels: Int32Array, drawn: Int32Array, probability: LogProbability): ReturnType<Draws> => {
    const logProbability = isCorrected ? probability : undefined;
    const hotWeights = logProbability && new Float32Array(labels.length);
    if (hotWeights) for (let at = 0; at < labels.length; at++) hotWeights[at] = probability(labels[at]!);
    return { labels, hotWeights, candidates: candidatesOf(drawn, logProbability) };
  };
  switch (negatives.kind) {
    case 'full':
      return (labels) => ({ labels });
    case 'in-batch': {
      const hotWeights = createHotWeights(config.hotWeights, logShare, itemCount);
      return (labels, isReal, random) => {
        for (let at = 0; at < labels.length; at++) if (!isReal(at)) labels[at] = 1 + random.below(itemCount);
        return { labels, hotWeights: hotWeights(labels, isReal) };
      };
    }
    case 'in-batch-shared':
      return (labels, isReal, random) =>
        shared(labels, drawInBatchShared(realOf(labels, isReal), negatives.count, random), shareOf);
    case 'mixed':
      return (labels, isReal, random) => {
        const drawn = drawMixed(realOf(labels, isReal), negatives, itemCount, random);
        const fromBatch = drawn.length - negatives.uniform;
        const mixture = mixedLogProbability(shareOf, itemCount, fromBatch, negatives.uniform);
        return shared(labels, drawn, mixture);
      };
  }
}

function realOf(labels: Int32Array, isReal: (place: number) => boolean): Int32Array {
  const real = new Int32Array(labels.length);
  let count = 0;
  for (let place = 0; place < labels.length; place++) if (isReal(place)) real[count++] = labels[place]!;
  return real.subarray(0, count);
}
