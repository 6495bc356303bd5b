import type { TrainingConfig } from '../config.js';
import { placeBatch } from '../data/place-batch.js';
import { sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import type { TrainingBatch } from '../networks/encoder.js';
import { shuffle, type Random } from '../random/random.js';
import type { HotWeights } from './hot-weights.js';

export interface TrainingBatches {
  readonly perEpoch: number;
  /** A fresh shuffle; every window is in one batch, but for a few that are left over. */
  epoch(): Iterable<TrainingBatch>;
}

/** Batches of windows: a window's items are the inputs, shifted by one they are the labels. */
export function createTrainingBatches(
  trainWindows: SequenceBatch,
  { batchSize }: Pick<TrainingConfig, 'batchSize'>,
  itemCount: number,
  hotWeights: HotWeights,
  random: Random,
): TrainingBatches {
  const count = sequenceCount(trainWindows);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  // A leftover below half a batch has too few negatives to learn from; the next shuffle has it in a whole one.
  const perEpoch = Math.max(1, Math.round(count / batchSize));
  return {
    perEpoch,
    *epoch() {
      shuffle(order, random);
      for (let index = 0; index < perEpoch; index++) {
        const chosen = order.subarray(index * batchSize, (index + 1) * batchSize);
        yield trainingBatch(trainWindows, chosen, itemCount, hotWeights, random);
      }
    },
  };
}

/** Cut to the longest window of the batch: what is padding in every row is left out. */
function trainingBatch(
  trainWindows: SequenceBatch,
  chosen: Int32Array,
  itemCount: number,
  hotWeights: HotWeights,
  random: Random,
): TrainingBatch {
  const { offsets } = trainWindows;
  const steps = chosen.reduce((most, window) => Math.max(most, offsets[window + 1]! - offsets[window]! - 1), 0);
  const inputs = placeBatch(trainWindows, chosen, steps, 1);
  const labels = placeBatch(trainWindows, chosen, steps).items;
  inputs.items.forEach((item, at) => {
    if (item === 0) labels[at] = 1 + random.below(itemCount);
  });
  return { ...inputs, labels, hotWeights: hotWeights(labels, inputs.items) };
}
