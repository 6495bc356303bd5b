import type { TrainingConfig } from '../config.js';
import type { SequenceBatch } from '../data/sequence-batch.js';
import { candidatesOf, type LogProbability } from '../losses/candidates.js';
import { drawInBatchShared } from '../losses/in-batch-shared.js';
import { drawMixed, mixedLogProbability } from '../losses/mixed.js';
import type { TrainingBatch } from '../networks/encoder.js';
import type { Random } from '../random/random.js';
import { createHotWeights, logShares } from './hot-weights.js';

/** What a loss needs of a batch beside its inputs; `labels` may be written to where `isReal` says no. */
export type Draws = (
  labels: Int32Array,
  isReal: (place: number) => boolean,
  random: Random,
) => Pick<TrainingBatch, 'labels' | 'hotWeights' | 'candidates'>;

/** The draws of the config's kind of negatives, with the log probability of each by its own distribution. */
export function createDraws(
  config: Pick<TrainingConfig, 'negatives' | 'hotWeights'>,
  train: SequenceBatch,
  itemCount: number,
): Draws {
  const { negatives } = config;
  switch (negatives.kind) {
    case 'full':
      return (labels) => ({ labels });
    case 'in-batch': {
      const hotWeights = createHotWeights(config.hotWeights, train, itemCount);
      return (labels, isReal, random) => {
        for (let at = 0; at < labels.length; at++) if (!isReal(at)) labels[at] = 1 + random.below(itemCount);
        return { labels, hotWeights: hotWeights(labels, isReal) };
      };
    }
    case 'in-batch-shared': {
      const logShare = config.hotWeights === 'none' ? undefined : logShareOf(train, itemCount);
      return (labels, isReal, random) => {
        const drawn = drawInBatchShared(realOf(labels, isReal), negatives.count, random);
        return corrected(labels, drawn, itemCount, logShare);
      };
    }
    case 'mixed': {
      const logShare = logShareOf(train, itemCount);
      return (labels, isReal, random) => {
        const drawn = drawMixed(realOf(labels, isReal), negatives, itemCount, random);
        const fromBatch = drawn.length - negatives.uniform;
        const mixture = mixedLogProbability(logShare, itemCount, fromBatch, negatives.uniform);
        return corrected(labels, drawn, itemCount, config.hotWeights === 'none' ? undefined : mixture);
      };
    }
  }
}

function corrected(
  labels: Int32Array,
  drawn: Int32Array,
  itemCount: number,
  logProbability: LogProbability | undefined,
): ReturnType<Draws> {
  return {
    labels,
    hotWeights: logProbability && Float32Array.from(labels, logProbability),
    candidates: candidatesOf(drawn, itemCount, logProbability),
  };
}

function logShareOf(train: SequenceBatch, itemCount: number): LogProbability {
  const shares = logShares(train, itemCount);
  return (item) => shares[item]!;
}

function realOf(labels: Int32Array, isReal: (place: number) => boolean): Int32Array {
  return labels.filter((_, place) => isReal(place));
}
