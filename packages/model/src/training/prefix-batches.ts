import type { TrainingConfig } from '../config.js';
import { prefixBatch } from '../data/place-batch.js';
import { sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import type { TrainingBatch } from '../networks/encoder.js';
import { drawSome, shuffle, type Random } from '../random/random.js';
import type { Draws } from './draws.js';
import { batchesPerEpoch, grouped, type TrainingBatches } from './training-batches.js';

export interface PrefixBatchesRequest {
  readonly train: SequenceBatch;
  readonly config: Pick<TrainingConfig, 'batchSize' | 'batches' | 'prefixesPerUser'>;
  /** L */
  readonly sequenceLength: number;
  /** Prefixes are padded to L; otherwise to the longest of the batch. */
  readonly padded: boolean;
  readonly draws: Draws;
  readonly random: Random;
}

/** Prefixes of sequences; each has one label, the click after it. */
interface Prefixes {
  /** The sequence of each. */
  readonly sequences: Int32Array;
  /** How many clicks it has, at least 1; the label is the next one. */
  readonly ends: Int32Array;
}

/** Batches of one label a sequence, outside of it: every epoch draws other prefixes, `prefixesPerUser` of each sequence. */
export function createPrefixBatches(request: PrefixBatchesRequest): TrainingBatches {
  const { train, config, random } = request;
  const { batchSize, prefixesPerUser } = config;
  let count = 0;
  for (let user = 0; user < sequenceCount(train); user++) count += Math.min(prefixesPerUser, cutsOf(train, user));
  const perEpoch = batchesPerEpoch(count, batchSize);
  return {
    perEpoch,
    *epoch() {
      const prefixes = drawPrefixes(train, prefixesPerUser, count, random);
      const order = Int32Array.from({ length: count }, (_, index) => index);
      shuffle(order, random);
      const chosen = order.subarray(0, perEpoch * batchSize);
      const lengthOf = (prefix: number): number => Math.min(prefixes.ends[prefix]!, request.sequenceLength);
      for (const group of grouped(chosen, config, lengthOf, random)) yield trainingBatch(request, prefixes, group);
    },
    // Every epoch draws anew: there is no order to go on from.
    order: () => new Int32Array(0),
  };
}

/** How often each item, [0] the padding, is the label of an epoch's prefixes, on average. */
export function prefixLabelCounts(train: SequenceBatch, itemCount: number, prefixesPerUser: number): Float64Array {
  const counts = new Float64Array(itemCount + 1);
  for (let user = 0; user < sequenceCount(train); user++) {
    const chance = Math.min(1, prefixesPerUser / cutsOf(train, user));
    for (const label of sequenceAt(train, user).subarray(1)) counts[label] = counts[label]! + chance;
  }
  return counts;
}

/** Places that a sequence can be cut at, with a click on either side. */
function cutsOf({ offsets }: SequenceBatch, user: number): number {
  return Math.max(0, offsets[user + 1]! - offsets[user]! - 1);
}

/** At most `perUser` different prefixes of each sequence, each as likely as any other. */
function drawPrefixes(train: SequenceBatch, perUser: number, count: number, random: Random): Prefixes {
  const sequences = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  for (let user = 0; user < sequenceCount(train); user++) {
    const cuts = Int32Array.from({ length: cutsOf(train, user) }, (_, index) => index + 1);
    for (const cut of drawSome(cuts, Math.min(perUser, cuts.length), random)) {
      sequences[at] = user;
      ends[at++] = cut;
    }
  }
  return { sequences, ends };
}

function trainingBatch(
  { train, sequenceLength, padded, draws, random }: PrefixBatchesRequest,
  prefixes: Prefixes,
  group: Int32Array,
): TrainingBatch {
  const sequences = group.map((prefix) => prefixes.sequences[prefix]!);
  const ends = group.map((prefix) => prefixes.ends[prefix]!);
  const longest = ends.reduce((most, end) => Math.max(most, end), 0);
  const length = padded ? sequenceLength : Math.min(longest, sequenceLength);
  const labels = sequences.map((sequence, row) => train.items[train.offsets[sequence]! + ends[row]!]!);
  return { ...prefixBatch(train, sequences, ends, length), ...draws(labels, () => true, random) };
}
