import { DamagedModelError } from '@click-recall/registry';

/** Name of the file in a model version. */
export const TRAINED_FILE = 'trained.bin';

/**
 * Which users' newest clicks a version was trained on, itself or through the version it was fine-tuned from. Only the
 * newest click of a user is ever asked about (the gate ranks those), and one that was trained on and is not the newest any
 * more never will be again; so this is at most one hash a user, and without `finalEpochs` nearly none.
 */
export type TrainedClicks = ReadonlySet<bigint>;

export interface TrainedRequest {
  /** `clickHash` of each user's newest click now. */
  readonly newest: BigUint64Array;
  /** Clicks of each user now. */
  readonly lengths: ArrayLike<number>;
  /** Held-out clicks were trained on too, after the gate. */
  readonly heldOutToo: boolean;
  /** Of the version it was fine-tuned from; empty for a fresh start. */
  readonly inherited: TrainedClicks;
}

/** Fewest clicks of a user from which the newest can be held out. */
export const HELD_OUT_FROM = 3;

export function trainedClicks({ newest, lengths, heldOutToo, inherited }: TrainedRequest): Set<bigint> {
  const trained = new Set<bigint>();
  newest.forEach((hash, user) => {
    if (heldOutToo || lengths[user]! < HELD_OUT_FROM || inherited.has(hash)) trained.add(hash);
  });
  return trained;
}

/** Ascending 64-bit little-endian numbers. */
export function writeTrainedClicks(trained: TrainedClicks): Uint8Array {
  const bytes = Buffer.alloc(trained.size * 8);
  BigUint64Array.from(trained)
    .sort()
    .forEach((hash, place) => bytes.writeBigUInt64LE(hash, place * 8));
  return bytes;
}

export function readTrainedClicks(version: string, content: Uint8Array | undefined): Set<bigint> {
  if (!content || content.byteLength % 8 !== 0) {
    throw new DamagedModelError(version, TRAINED_FILE, 'it is not a list of 64-bit numbers');
  }
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return new Set(Array.from({ length: bytes.length / 8 }, (_, place) => bytes.readBigUInt64LE(place * 8)));
}
