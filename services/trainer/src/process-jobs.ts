import type { JobResult } from '@click-recall/contracts';
import { JobFailedError, type RunningJob } from '@click-recall/jobs';
import { newRankerId, newVersionId } from '@click-recall/registry';
import type { Logger, Metrics } from '@click-recall/runtime';
import { observeError, observeOutcome, observeProgress, observeRanker } from './observe-training.js';
import { runInChild } from './run-in-child.js';
import type { TaskSettings } from './settings.js';
import type { Turns } from './take-turns.js';
import type { Task, TaskKind, TaskResults } from './tasks/protocol.js';

export interface ProcessOptions {
  /** Trainings of versions and of rankers: one at a time in this process, since each wants the memory and the processors for itself. */
  readonly turns: Turns;
  readonly settings: TaskSettings;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** A training of this version begins, or goes on where an earlier run of its job has ended. */
  readonly onTraining?: (version: string) => Promise<void>;
  /** A ranker is live. */
  readonly onRanker?: (ranker: Pick<JobResult<'train-ranker'>, 'modelVersion' | 'rankerVersion'>) => Promise<void>;
}

type TaskJob = RunningJob<'train'> | RunningJob<'train-ranker'> | RunningJob<'evaluate'> | RunningJob<'export'>;

/** A `train` job: the version that passed the gate, or a JobFailedError that says why there is none. */
export async function processTrain(job: RunningJob<'train'>, options: ProcessOptions): Promise<JobResult<'train'>> {
  const { metrics, onTraining } = options;
  const version = newVersionId(job.createdAt, job.id);
  try {
    const outcome = await inTurn(job, options, async () => {
      await onTraining?.(version);
      return perform(job, { kind: 'train', data: { ...job.data, version } }, options);
    });
    observeOutcome(metrics, outcome);
    const { result, verdict } = outcome;
    if (!verdict.passed) {
      throw new JobFailedError(verdict.code, `${verdict.message} (written as ${result.modelVersion})`);
    }
    return result;
  } catch (error) {
    if (!job.signal.aborted) observeError(metrics.trainRuns, error);
    throw error;
  }
}

/** A `train-ranker` job: the ranker that passed its gate and is live, or a JobFailedError that says why there is none. */
export async function processTrainRanker(
  job: RunningJob<'train-ranker'>,
  options: ProcessOptions,
): Promise<JobResult<'train-ranker'>> {
  const { metrics, onRanker } = options;
  const version = newRankerId(job.createdAt, job.id);
  try {
    const outcome = await inTurn(job, options, () =>
      perform(job, { kind: 'train-ranker', data: { ...job.data, version } }, options),
    );
    observeRanker(metrics, outcome);
    const { result, verdict } = outcome;
    if (!verdict.passed) {
      throw new JobFailedError('ranker-rejected', `${verdict.message} (written as ${result.rankerVersion})`);
    }
    await onRanker?.(result);
    return result;
  } catch (error) {
    if (!job.signal.aborted) observeError(metrics.rankerRuns, error);
    throw error;
  }
}

export function processEvaluate(job: RunningJob<'evaluate'>, options: ProcessOptions): Promise<JobResult<'evaluate'>> {
  return perform(job, { kind: 'evaluate', data: job.data }, options);
}

export function processExport(job: RunningJob<'export'>, options: ProcessOptions): Promise<JobResult<'export'>> {
  return perform(job, { kind: 'export', data: job.data }, options);
}

/** Where another training is under way in this process, waits for its end; the job stays ours meanwhile. */
function inTurn<T>(job: TaskJob, { turns, logger }: ProcessOptions, work: () => Promise<T>): Promise<T> {
  return turns(job.signal, work, () => {
    const line = 'waits for the end of another training in this process';
    logger.info({ queue: job.name, job: job.id }, line);
    void job.log(line).catch(() => undefined);
  });
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
