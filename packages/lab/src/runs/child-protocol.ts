import type { DatasetSource } from '@click-recall/datasets';
import type { BaselineOutcome, EpochRow, StepRow } from '../experiment-kind.js';
import type { Protocol } from '../protocol/protocol.js';
import type { RunResult } from './run-experiment.js';

/** What a child process can be asked to do; all of it can be sent. */
export type ChildTask = {
  readonly source: DatasetSource;
  readonly protocol: Protocol;
  /** Names the kind of experiment. */
  readonly network: string;
} & (
  | {
      readonly kind: 'run';
      readonly settings: unknown;
      readonly seed: number;
      readonly folder: string;
      readonly config: string;
    }
  | {
      readonly kind: 'measure-baselines';
      /** Where results are kept for the next time. */
      readonly folder: string;
    }
);

export interface ChildResults {
  run: RunResult;
  'measure-baselines': BaselineResult;
}

/** A data set after the protocol's filtering, and what every model on it is measured against. */
export interface BaselineResult {
  readonly fingerprint: string;
  readonly counts: { readonly users: number; readonly items: number; readonly interactions: number };
  readonly baselines: readonly BaselineOutcome[];
}

export type ToChild = { readonly kind: 'start'; readonly task: ChildTask } | { readonly kind: 'stop' };

export type FromChild =
  | { readonly kind: 'step'; readonly step: StepRow }
  | { readonly kind: 'epoch'; readonly epoch: EpochRow }
  | { readonly kind: 'done'; readonly result: ChildResults[keyof ChildResults] }
  /** `expected`: the message is meant for people. */
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly expected: boolean;
      readonly stack?: string | undefined;
    };
