import type { JobData, JobName, JobResult, TrainProgress } from '@click-recall/contracts';

/** The job before each in a flow: its result is handed on. */
export interface PreviousOf {
  train: never;
  embed: JobResult<'train'>;
  activate: JobResult<'embed'>;
  republish: JobResult<'activate'>;
  'train-ranker': never;
  evaluate: never;
  export: never;
}

export type Control = 'run' | 'pause' | 'cancel';

/** A job in the hands of a worker. */
export interface RunningJob<N extends JobName> {
  readonly name: N;
  readonly id: string;
  readonly data: JobData<N>;
  /** What the flow's job before this one answered; undefined in the first job of a flow and outside flows. */
  readonly previous: PreviousOf[N] | undefined;
  /** When it was added, ms since the epoch: the same in every run. */
  readonly createdAt: number;
  /** Runs so far, this one included: also those that ended with their process or were put aside. */
  readonly attempt: number;
  /** Aborts when the job was cancelled, when this worker stops, and when another worker has taken the job over. */
  readonly signal: AbortSignal;
  /** What an operator wants now; read from Redis every `controlMs`. */
  control(): Control;
  /** Called at each change of `control`. */
  onControl(listener: (control: Control) => void): void;
  progress(progress: N extends 'train' ? TrainProgress : object): Promise<void>;
  /**
   * Splits the job: all workers of the queue take its parts, and this answers their results in order. Until they have ended the job
   * sleeps, so this call ends the run, and the job is run again from its start. A part that has its result is never done again; one
   * that fails for good fails the job with its reason; cancelling the job cancels its parts.
   */
  inParts(parts: readonly JobData<N>[]): Promise<JobResult<N>[]>;
  /** A line on the dashboard. */
  log(line: string): Promise<void>;
}
