import type { TrainingConfig } from '../config.js';
import type { LabelledSequences, SequenceBatch } from '../data/sequence-batch.js';
import type { RankingMetrics } from '../evaluation/rank-of-target.js';
import type { SequenceEncoder } from '../networks/encoder.js';

export interface TrainRequest {
  /** Trained in place. */
  readonly encoder: SequenceEncoder;
  readonly train: SequenceBatch;
  /** Chooses the epoch; without it the last epoch stays and nothing stops early. */
  readonly validation?: LabelledSequences;
  readonly config: TrainingConfig;
  readonly onStep?: (step: StepReport) => void;
  readonly onEpoch?: (epoch: EpochReport) => void;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
}

export interface StepReport {
  /** From 1. */
  readonly epoch: number;
  /** From 1, within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
}

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  /** Absent in epochs that were not looked at. */
  readonly validation?: RankingMetrics;
  readonly milliseconds: number;
}

/** On `cancelled` the encoder has the best weights so far when there was a look at the validation split, else the newest. */
export interface TrainResult {
  readonly status: 'finished' | 'cancelled';
  readonly epochs: readonly EpochReport[];
  /** The epoch whose weights the encoder now has; 0 when there was none. */
  readonly bestEpoch: number;
  readonly bestValidation?: RankingMetrics;
  readonly stoppedEarly: boolean;
}

/**
 * Trains with in-batch negatives and Adam. Yields to the event loop between steps. Throws a NonFiniteLossError when the
 * loss is not finite and a ModelInputError when there is nothing to train on.
 */
export async function trainEncoder(_request: TrainRequest): Promise<TrainResult> {
  throw new Error('not written yet');
}
