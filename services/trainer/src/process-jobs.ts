import type { JobResult } from '@click-recall/contracts';
import { JobFailedError, type RunningJob } from '@click-recall/jobs';
import type { Logger, Metrics } from '@click-recall/runtime';
import { observeOutcome, observeProgress, observeRanker } from './observe-training.js';
import { runInChild } from './run-in-child.js';
import type { TaskSettings } from './settings.js';
import type { Task, TaskKind, TaskResults } from './tasks/protocol.js';

export interface ProcessOptions {
  readonly settings: TaskSettings;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** A training begins. */
  readonly onTraining?: () => Promise<void>;
  /** A ranker is live. */
  readonly onRanker?: (ranker: Pick<JobResult<'train-ranker'>, 'modelVersion' | 'rankerVersion'>) => Promise<void>;
}

type TaskJob = RunningJob<'train'> | RunningJob<'train-ranker'> | RunningJob<'evaluate'> | RunningJob<'export'>;

/** A `train` job: the version that passed the gate, or a JobFailedError that says why there is none. */
export async function processTrain(job: RunningJob<'train'>, options: ProcessOptions): Promise<JobResult<'train'>> {
  const { metrics, onTraining } = options;
  await onTraining?.();
  try {
    const outcome = await perform(job, { kind: 'train', data: job.data }, options);
    observeOutcome(metrics, outcome);
    const { result, verdict } = outcome;
    if (!verdict.passed) {
      throw new JobFailedError(verdict.code, `${verdict.message} (written as ${result.modelVersion})`);
    }
    return result;
  } catch (error) {
    const rejected = error instanceof JobFailedError && error.code === 'gate-rejected';
    if (!rejected && !job.signal.aborted) metrics.trainRuns.inc({ outcome: 'failed' });
    throw error;
  }
}

/** A `train-ranker` job: the ranker that passed its gate and is live, or a JobFailedError that says why there is none. */
export async function processTrainRanker(
  job: RunningJob<'train-ranker'>,
  options: ProcessOptions,
): Promise<JobResult<'train-ranker'>> {
  const { metrics, onRanker } = options;
  try {
    const outcome = await perform(job, { kind: 'train-ranker', data: job.data }, options);
    observeRanker(metrics, outcome);
    const { result, verdict } = outcome;
    if (!verdict.passed) {
      throw new JobFailedError('ranker-rejected', `${verdict.message} (written as ${result.rankerVersion})`);
    }
    await onRanker?.(result);
    return result;
  } catch (error) {
    const rejected = error instanceof JobFailedError && error.code === 'ranker-rejected';
    if (!rejected && !job.signal.aborted) metrics.rankerRuns.inc({ outcome: 'failed' });
    throw error;
  }
}

export function processEvaluate(job: RunningJob<'evaluate'>, options: ProcessOptions): Promise<JobResult<'evaluate'>> {
  return perform(job, { kind: 'evaluate', data: job.data }, options);
}

export function processExport(job: RunningJob<'export'>, options: ProcessOptions): Promise<JobResult<'export'>> {
  return perform(job, { kind: 'export', data: job.data }, options);
}

async function perform<K extends TaskKind>(
  job: TaskJob,
  task: Task<K>,
  { settings, metrics, logger }: ProcessOptions,
): Promise<TaskResults[K]> {
  const log = logger.child({ queue: job.name, job: job.id });
  // The dashboard is not worth a training: what cannot be shown there is in the log.
  const shown = (work: Promise<void>): void =>
    void work.catch((error: unknown) => log.debug({ err: error }, 'progress was not stored'));
  return runInChild({
    task,
    settings,
    signal: job.signal,
    controlled(set) {
      set(job.control());
      job.onControl((control) => {
        log.info({ control }, `the operator wants: ${control}`);
        set(control);
      });
    },
    onStart: (pid) => log.info({ pid, attempt: job.attempt }, `${task.kind} runs in a process of its own`),
    onProgress(progress, stepSeconds) {
      if (job.name === 'train') observeProgress(metrics, progress, stepSeconds);
      if (job.name === 'train' || job.name === 'train-ranker') shown(job.progress(progress));
    },
    onNote(line, level) {
      log[level](line);
      shown(job.log(line));
    },
  });
}
