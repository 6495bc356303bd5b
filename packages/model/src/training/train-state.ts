import type { RankingMetrics } from '../evaluation/rank-of-target.js';
import type { EncoderState, WeightValues } from '../networks/encoder.js';

/**
 * A training between two epochs: all that is needed to go on as if it had never stopped. A structured clone keeps it, so it
 * can be saved with `node:v8`.
 */
export interface TrainState {
  /** The settings and data that it is of, in one line. */
  readonly belongsTo: string;
  readonly epochs: readonly EpochReport[];
  readonly encoder: EncoderState;
  readonly best?: BestEpoch | undefined;
  readonly looksWithoutBetter: number;
  /** Seed of the generator that goes on. */
  readonly random: number;
  /** Of the examples, from which the next shuffle begins. */
  readonly order: Int32Array;
}

export interface BestEpoch {
  readonly epoch: number;
  /** Without Adam's state, which would treble what a large table takes. */
  readonly state: WeightValues;
  readonly metrics: RankingMetrics;
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
