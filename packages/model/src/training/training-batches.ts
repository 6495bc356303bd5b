import type { TrainingConfig } from '../config.js';
import { placeBatch } from '../data/place-batch.js';
import { sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import type { TrainingBatch } from '../networks/encoder.js';
import { shuffle, type Random } from '../random/random.js';
import { alikeTogether } from './alike-together.js';
import type { Draws } from './draws.js';

export interface TrainingBatches {
  /** 0 where there is nothing to train on. */
  readonly perEpoch: number;
  /** A fresh shuffle; every example is in one batch, but for a few that are left over. */
  epoch(): Iterable<TrainingBatch>;
  /** A copy of the order of examples from which the next shuffle begins. */
  order(): Int32Array;
}

export interface TrainingBatchesRequest {
  readonly trainWindows: SequenceBatch;
  readonly config: Pick<TrainingConfig, 'batchSize' | 'batches'>;
  readonly draws: Draws;
  readonly random: Random;
  /** Goes on from this order of the windows. */
  readonly order?: Int32Array | undefined;
}

/** Batches of windows: a window's items are the inputs, shifted by one they are the labels. */
export function createTrainingBatches(request: TrainingBatchesRequest): TrainingBatches {
  const { trainWindows, config, random } = request;
  const { batchSize } = config;
  const { offsets } = trainWindows;
  const count = sequenceCount(trainWindows);
  const order = request.order?.slice() ?? Int32Array.from({ length: count }, (_, index) => index);
  const perEpoch = batchesPerEpoch(count, batchSize);
  const lengthOf = (window: number): number => offsets[window + 1]! - offsets[window]!;
  return {
    perEpoch,
    *epoch() {
      shuffle(order, random);
      const chosen = order.subarray(0, perEpoch * batchSize);
      for (const group of grouped(chosen, config, lengthOf, random)) yield trainingBatch(request, group);
    },
    order: () => order.slice(),
  };
}

/** How often each item, [0] the padding, is the label of a place: everywhere but at the beginning of a window. */
export function windowLabelCounts(trainWindows: SequenceBatch, itemCount: number): Float64Array {
  const counts = new Float64Array(itemCount + 1);
  for (let window = 0; window < sequenceCount(trainWindows); window++) {
    for (const label of sequenceAt(trainWindows, window).subarray(1)) counts[label] = counts[label]! + 1;
  }
  return counts;
}

/** A leftover below half a batch has too few negatives to learn from; the next shuffle has it in a whole one. */
export function batchesPerEpoch(examples: number, batchSize: number): number {
  return examples === 0 ? 0 : Math.max(1, Math.round(examples / batchSize));
}

/** Shuffled examples in batches, as the config says. */
export function grouped(
  shuffled: Int32Array,
  { batchSize, batches }: Pick<TrainingConfig, 'batchSize' | 'batches'>,
  lengthOf: (example: number) => number,
  random: Random,
): Iterable<Int32Array> {
  return batches === 'random' ? inTurn(shuffled, batchSize) : alikeTogether(shuffled, batchSize, lengthOf, random);
}

function* inTurn(windows: Int32Array, batchSize: number): Iterable<Int32Array> {
  for (let start = 0; start < windows.length; start += batchSize) yield windows.subarray(start, start + batchSize);
}

/** Cut to the longest window of the batch: what is padding in every row is left out. */
function trainingBatch({ trainWindows, draws, random }: TrainingBatchesRequest, chosen: Int32Array): TrainingBatch {
  const { offsets } = trainWindows;
  const steps = chosen.reduce((most, window) => Math.max(most, offsets[window + 1]! - offsets[window]! - 1), 0);
  const inputs = placeBatch(trainWindows, chosen, steps, 1);
  const labels = placeBatch(trainWindows, chosen, steps).items;
  return { ...inputs, ...draws(labels, (place) => inputs.items[place] !== 0, random) };
}
