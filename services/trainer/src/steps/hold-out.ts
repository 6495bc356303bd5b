import { JobFailedError } from '@click-recall/jobs';
import {
  sequenceAt,
  sequenceBatch,
  sequenceCount,
  splitLeaveOneOut,
  type LabelledSequences,
  type SequenceBatch,
} from '@click-recall/model';
import type { Snapshot } from './take-snapshot.js';
import { HELD_OUT_FROM, type TrainedClicks } from './trained-clicks.js';

/** A query a user whose newest click is held out, and that click's hash. */
export interface HeldOutClicks extends LabelledSequences {
  readonly hashes: BigUint64Array;
}

export interface HeldOut {
  readonly train: SequenceBatch;
  /** The click before the newest: chooses the epoch. */
  readonly validation: LabelledSequences;
  /** The newest click of every user with enough clicks. */
  readonly test: HeldOutClicks;
}

/** Leave-one-out by time: the newest click is for testing, the one before it for validation, the rest is trained on. */
export function holdOut({ sequences, newest }: Pick<Snapshot, 'sequences' | 'newest'>): HeldOut {
  const { train, validation, test } = splitLeaveOneOut(sequences);
  const lengths = sequenceLengths(sequences);
  const hashes = newest.filter((_, user) => lengths[user]! >= HELD_OUT_FROM);
  if (hashes.length !== test.targets.length) {
    throw new Error(`the split holds out ${test.targets.length} clicks, expected ${hashes.length}`);
  }
  return { train, validation, test: { ...test, hashes } };
}

/** Throws a JobFailedError where too little is left to train on. */
export function requireEnough({ train }: HeldOut, items: number, least: { minUsers: number; minItems: number }): void {
  const users = sequenceLengths(train).filter((clicks) => clicks >= 2).length;
  if (users < least.minUsers) {
    const enough = 'enough clicks to train on (two besides the two newest, which are held out)';
    throw new JobFailedError('too-few-users', `${users} users have ${enough}, ${least.minUsers} are needed`);
  }
  if (items < least.minItems) {
    throw new JobFailedError('too-few-items', `${items} items were clicked, ${least.minItems} are needed`);
  }
}

/** The clicks that none of these versions was trained on. */
export function untrained(clicks: HeldOutClicks, trained: readonly TrainedClicks[]): HeldOutClicks {
  return pick(clicks, (place) => !trained.some((version) => version.has(clicks.hashes[place]!)));
}

/** At most `most` of them, spread evenly over the users. */
export function sample(clicks: HeldOutClicks, most: number): HeldOutClicks {
  const count = clicks.targets.length;
  if (count <= most) return clicks;
  const chosen = new Set(Array.from({ length: most }, (_, place) => Math.floor((place * count) / most)));
  return pick(clicks, (place) => chosen.has(place));
}

export function sequenceLengths({ offsets }: SequenceBatch): Int32Array {
  return Int32Array.from({ length: offsets.length - 1 }, (_, place) => offsets[place + 1]! - offsets[place]!);
}

function pick({ inputs, targets, hashes }: HeldOutClicks, wanted: (place: number) => boolean): HeldOutClicks {
  const places = Array.from({ length: sequenceCount(inputs) }, (_, place) => place).filter(wanted);
  return {
    inputs: sequenceBatch(places.map((place) => sequenceAt(inputs, place))),
    targets: Int32Array.from(places, (place) => targets[place]!),
    hashes: BigUint64Array.from(places, (place) => hashes[place]!),
  };
}
