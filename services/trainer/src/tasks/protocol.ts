import type { JobData, JobResult, TrainProgress } from '@click-recall/contracts';
import type { FinalFailure } from '@click-recall/jobs';
import type { TaskSettings } from '../settings.js';
import type { TrainOutcome, TrainRequest } from './train.js';
import type { RankerOutcome, TrainRankerRequest } from './train-ranker.js';

export interface TaskData {
  /** Are the model's settings good, and can TensorFlow be loaded? */
  check: Record<string, never>;
  train: TrainRequest;
  'train-ranker': TrainRankerRequest;
  evaluate: JobData<'evaluate'>;
  export: JobData<'export'>;
}

export type TaskKind = keyof TaskData;

/** What a child process can be asked for. */
export type Task<K extends TaskKind = TaskKind> = {
  [Kind in K]: { readonly kind: Kind; readonly data: TaskData[Kind] };
}[K];

export interface TaskResults {
  check: Record<string, never>;
  train: TrainOutcome;
  'train-ranker': RankerOutcome;
  evaluate: JobResult<'evaluate'>;
  export: JobResult<'export'>;
}

/** From the service to its child. */
export type ToChild =
  | { readonly kind: 'start'; readonly task: Task; readonly settings: TaskSettings }
  | { readonly kind: 'control'; readonly control: 'run' | 'pause' | 'cancel' };

/** From the child to its service; `done` or `failed` is the last. */
export type FromChild =
  | { readonly kind: 'progress'; readonly progress: TrainProgress; readonly stepSeconds: number | undefined }
  | { readonly kind: 'note'; readonly line: string; readonly level: 'info' | 'warn' }
  | { readonly kind: 'done'; readonly result: TaskResults[TaskKind] }
  | {
      readonly kind: 'failed';
      readonly code: FinalFailure | 'error';
      /** Whether what failed is away and comes back: the job is put aside. */
      readonly retriable: boolean;
      readonly message: string;
      readonly stack: string | undefined;
    };
