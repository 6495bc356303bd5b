import { JOBS, type JobName, type JobResult } from '@click-recall/contracts';
import { backoffMs, isRetriable, messageOf } from '@click-recall/runtime';
import {
  DelayedError,
  UnrecoverableError,
  WaitingChildrenError,
  WaitingError,
  Worker,
  type ConnectionOptions,
  type Job,
  type Queue,
} from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import { closeWithin } from './close-within.js';
import type { JobsLogger } from './error-log.js';
import { formatFailure, isPutAside, JobFailedError } from './job-failure.js';
import type { JobWorker, OnFinished, WorkerOptions } from './jobs.js';
import { watchControl, type ControlWatch } from './watch-control.js';
import { previousResult } from './previous-result.js';
import type { RunningJob } from './running-job.js';
import { runParts, wholeOf } from './run-parts.js';

/** Time for a running job to end between two steps and to be given back. */
const GIVE_BACK_MS = 6_500;
/** Pause of a job that waits for a server, where it has none of its own. */
const POSTPONE_MS = 5_000;

export interface WorkerSettings<N extends JobName> {
  readonly name: N;
  readonly process: (job: RunningJob<N>) => Promise<JobResult<N>>;
  readonly options: WorkerOptions;
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  /** For flags: `cancelKey` and whether the queue is paused. */
  readonly queue: Queue;
  readonly cancelKey: (id: string) => string;
  readonly logger: JobsLogger;
  readonly onError: (error: Error) => void;
  readonly onFinished: OnFinished | undefined;
}

/** Takes jobs of one queue and turns what `process` does into BullMQ's outcomes. */
export function startWorker<N extends JobName>(settings: WorkerSettings<N>): JobWorker {
  const { name, options, logger, onFinished } = settings;
  const lockMs = options.lockMs ?? 30_000;
  const closing = new AbortController();

  const worker = new Worker(
    name,
    // BullMQ gives a signal only to a processor of three parameters.
    async (job: Job, token: string | undefined, lost: AbortSignal | undefined) => {
      const started = performance.now();
      let control: ControlWatch | undefined;
      try {
        control = await watchControl(settings, job.id!, wholeOf(job));
        const stops = [control.cancelled, closing.signal, ...(lost ? [lost] : [])];
        const result = await run(settings, job, token, control, AbortSignal.any(stops));
        onFinished?.(name, 'completed', (performance.now() - started) / 1000);
        return result;
      } catch (error) {
        // Asleep until its parts have ended.
        if (error instanceof WaitingChildrenError) throw error;
        const cancelled = control?.cancelled.aborted ?? false;
        if (closing.signal.aborted && !cancelled && !(error instanceof JobFailedError)) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        const failure = cancelled ? new JobFailedError('cancelled', 'an operator ended the job') : error;
        if (!cancelled && isPutAside(error)) {
          logger.warn({ queue: name, job: job.id }, `the job waits for what is away: ${messageOf(error)}`);
          await postpone(job, token, closing.signal);
          throw new DelayedError();
        }
        onFinished?.(name, 'failed', (performance.now() - started) / 1000);
        throw failure instanceof JobFailedError ? new UnrecoverableError(formatFailure(failure)) : failure;
      } finally {
        await control?.close();
      }
    },
    {
      connection: settings.connection,
      prefix: settings.prefix,
      concurrency: options.concurrency ?? 1,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      // A job that ended its worker three times is at fault itself.
      maxStalledCount: 2,
    },
  );
  worker.on('error', settings.onError);
  worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id, 'another worker has the job')));
  worker.on('stalled', (id) => logger.warn({ queue: name, job: id }, 'a worker was lost, its job is taken over'));
  worker.on('failed', (job, error) => {
    const fields = { queue: name, job: job?.id, attempt: job?.attemptsMade, error: error.message };
    if (error instanceof UnrecoverableError) logger.warn(fields, 'the job has failed and is not tried again');
    else logger.error({ ...fields, stack: error.stack }, 'the job has failed');
  });

  return {
    async close() {
      closing.abort(new Error('this worker stops'));
      await closeWithin(GIVE_BACK_MS, worker);
    },
  };
}

/**
 * Puts the job aside for a while without using up an attempt: an outage of a server is no fault of the job, and may last longer than
 * all its attempts. Where Redis itself is what is away, this waits for it.
 */
async function postpone(job: Job, token: string | undefined, signal: AbortSignal): Promise<void> {
  const { backoff } = job.opts;
  const pauseMs = typeof backoff === 'object' ? (backoff.delay ?? POSTPONE_MS) : POSTPONE_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await job.moveToDelayed(Date.now() + pauseMs, token);
    } catch (error) {
      if (!isRetriable(error) || signal.aborted) throw error;
      await delay(backoffMs(attempt), undefined, { signal });
    }
  }
}

async function run<N extends JobName>(
  { name, process, queue }: WorkerSettings<N>,
  job: Job,
  token: string | undefined,
  control: ControlWatch,
  signal: AbortSignal,
): Promise<JobResult<N>> {
  const previous = await previousResult(name, job);
  const data = JOBS[name].data.safeParse(job.data);
  if (!data.success)
    throw new JobFailedError('invalid-job', data.error.issues.map((issue) => issue.message).join('; '));
  signal.throwIfAborted();
  const result = await process({
    name,
    id: job.id!,
    data: data.data as RunningJob<N>['data'],
    previous,
    createdAt: job.timestamp,
    attempt: job.attemptsStarted,
    signal,
    control: control.now,
    onControl: control.onChange,
    progress: (progress) => job.updateProgress(progress),
    inParts: (parts) => runParts({ name, job, token, queue, parts }),
    log: async (line) => void (await job.log(line)),
  });
  return JOBS[name].result.parse(result) as JobResult<N>;
}
