import type { TrainProgress } from '@click-recall/contracts';
import type { ColdStartConfig, ModelConfig, RankerConfig } from '@click-recall/model';
import type { ActivationStore, ItemStore, ModelStore, RankerStore, SequenceStore } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import type { TaskSettings } from '../settings.js';

/** An operator ended the task, or the process that asked for it is gone. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor() {
    super('the task was ended');
  }
}

/** What a task works with. */
export interface TaskContext {
  readonly settings: TaskSettings;
  /** Of `settings`, read. */
  readonly model: ModelConfig;
  /** Of `settings.rules.ranker.network`, read. */
  readonly ranker: RankerConfig;
  readonly coldStart: ColdStartConfig;
  readonly sequences: Pick<SequenceStore, 'listUsers' | 'read'>;
  readonly items: Pick<ItemStore, 'get'>;
  readonly models: ModelStore;
  readonly rankers: RankerStore;
  readonly activation: Pick<ActivationStore, 'read' | 'buildingVersions' | 'switchRanker'>;
  readonly registry: Registry;
  /** Between two steps: waits while paused, throws a CancelledError once the task is to end. */
  readonly checkpoint: () => Promise<void>;
  /** Shown on the dashboard; told at most twice a second. `stepSeconds`: mean of the last epoch. */
  readonly report: (progress: TrainProgress, stepSeconds?: number) => void;
  /** A line on the dashboard and in the log. */
  readonly note: (line: string, level?: 'info' | 'warn') => void;
  readonly now: () => number;
}
