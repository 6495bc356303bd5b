import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { ModelArtifactError } from '../errors.js';
import type { RankingMetrics } from '../evaluation/rank-of-target.js';
import type { EncoderState } from '../networks/encoder.js';
import type { EpochReport } from './train-encoder.js';

/** A training between two epochs: what is needed to go on as if it had never stopped. */
export interface TrainState {
  /** Settings and data that it belongs to, as one line. */
  readonly belongsTo: string;
  readonly epochs: readonly EpochReport[];
  readonly encoder: EncoderState;
  readonly best?: BestEpoch | undefined;
  readonly looksWithoutBetter: number;
  /** Seed of the generator that goes on. */
  readonly random: number;
  /** Order of the training windows. */
  readonly order: Int32Array;
}

export interface BestEpoch {
  readonly epoch: number;
  readonly state: EncoderState;
  readonly metrics: RankingMetrics;
}

const format = 'click-recall training 1';
const checksumBytes = 32;

/** One file of everything; to be read on the same kind of machine. */
export function serializeTrainState(state: TrainState): Uint8Array {
  const bytes = serialize({ format, state });
  return Buffer.concat([sha256(bytes), bytes]);
}

/** Throws a ModelArtifactError for a file that is damaged, cut short or of something else. */
export function deserializeTrainState(file: Uint8Array): TrainState {
  const bytes = Buffer.from(file.subarray(checksumBytes));
  if (!sha256(bytes).equals(file.subarray(0, checksumBytes))) {
    throw new ModelArtifactError('training state', 'the checksum does not match');
  }
  const read = deserialize(bytes) as { format?: unknown; state: TrainState };
  if (read.format !== format) throw new ModelArtifactError('training state', `is not a ${format}`);
  return read.state;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
