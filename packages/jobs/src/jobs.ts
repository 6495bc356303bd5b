import type { JobData, JobName, JobResult } from '@click-recall/contracts';
import type { JobFailure } from './job-failure.js';
import type { RunningJob } from './running-job.js';

export type JobState = 'waiting' | 'waiting-children' | 'delayed' | 'active' | 'completed' | 'failed';

/** What is known of a job, from outside. Data, progress and result are those of the job's contract. */
export interface JobView<N extends JobName = JobName> {
  readonly name: N;
  readonly id: string;
  readonly state: JobState | 'unknown';
  /** Undefined where it does not fit the contract (put there by hand). */
  readonly data: JobData<N> | undefined;
  /** For `train`, a `TrainProgress` of contracts; undefined before the first report. */
  readonly progress: unknown;
  readonly result: JobResult<N> | undefined;
  readonly failure: JobFailure | undefined;
  /** Attempts that have ended. */
  readonly attempts: number;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** `started` is false where a flow that was already under way is the answer. */
export interface StartedFlow {
  /** Every job of a flow has this id, each in its own queue. */
  readonly id: string;
  readonly started: boolean;
}

/** The four jobs of a flow by queue; a rollback has no `train`. */
export interface FlowView {
  readonly id: string;
  readonly state: 'running' | 'completed' | 'failed';
  readonly failure: JobFailure | undefined;
  readonly jobs: { readonly [N in FlowStep]?: JobView<N> };
}

export type FlowStep = 'train' | 'embed' | 'activate' | 'republish';
export type JobOutcome<N extends JobName> =
  | { readonly kind: 'completed'; readonly result: JobResult<N> }
  | { readonly kind: 'failed'; readonly failure: JobFailure };

export interface WaitOptions {
  /** No limit unless set; then an error. */
  readonly timeoutMs?: number;
  /** 250 unless set. */
  readonly pollMs?: number;
}

export interface AddOptions {
  /** Taken no sooner than this from now. */
  readonly delayMs?: number;
  /** A job of this id that the queue still remembers, ended or not, is left as it is; a fresh id unless set. */
  readonly id?: string;
}

export interface WorkerOptions {
  /** Jobs at a time in this process; 1 unless set. */
  readonly concurrency?: number;
  /** A job whose lock was not renewed for this long is given to another worker; 30 s unless set. */
  readonly lockMs?: number;
  /** How often the flags for cancel and pause are read while a job runs; 500 ms unless set. */
  readonly controlMs?: number;
}

/** Told of each attempt that has ended in a worker of this process. */
export type OnFinished = (name: JobName, outcome: 'completed' | 'failed', seconds: number) => void;

export interface JobWorker {
  /** Takes no more jobs, gives running ones back to the queue (their signal aborts), and leaves. */
  close(): Promise<void>;
}

/** Jobs waiting, running, delayed, failed and kept, by queue. */
export type QueueCounts = Record<JobName, Record<JobState, number> & { readonly paused: boolean }>;

export interface Jobs {
  /**
   * Train -> embed -> activate -> republish. At most one at a time: while one is under way, that one is the answer. With an `id` that the
   * queues still remember, ended or not, nothing is started.
   */
  startTraining(request: JobData<'train'>, options?: Pick<AddOptions, 'id'>): Promise<StartedFlow>;
  /** Embed -> activate -> republish for a version written before. */
  startRollback(modelVersion: string): Promise<StartedFlow>;
  /** A job by itself. Answers its id. */
  add<N extends 'embed' | 'evaluate' | 'export' | 'republish' | 'train-ranker'>(
    name: N,
    data: JobData<N>,
    options?: AddOptions,
  ): Promise<string>;
  /**
   * The one training of a ranker for this encoder version that happens without being asked for: whoever wants it, and however often, it
   * is added once as long as the queue remembers it, ended or not; again only where it was overtaken, since the version may be live
   * once more. Answers its id.
   */
  startRanker(modelVersion: string): Promise<string>;
  worker<N extends JobName>(
    name: N,
    process: (job: RunningJob<N>) => Promise<JobResult<N>>,
    options?: WorkerOptions,
  ): JobWorker;
  /**
   * Keeps exactly one schedule for the whole namespace, however many processes call this, and starts a training flow at each of its times;
   * without a pattern (cron, UTC) the schedule is removed. Times that pass while no process is up become one training when the first is up
   * again, and so do times at which a flow is under way: those start nothing, that flow being the answer. The pattern set last counts.
   */
  schedule(pattern: string | undefined): Promise<JobWorker>;
  job<N extends JobName>(name: N, id: string): Promise<JobView<N> | undefined>;
  /** Newest first. */
  recent<N extends JobName>(name: N, limit: number): Promise<JobView<N>[]>;
  flow(id: string): Promise<FlowView | undefined>;
  /** The training flow under way, or the last one. */
  currentTraining(): Promise<FlowView | undefined>;
  /** Bears that Redis is away for a minute. */
  waitFor<N extends JobName>(name: N, id: string, options?: WaitOptions): Promise<JobOutcome<N>>;
  /** No new job of the queue is taken; a training that runs waits between two steps. */
  pause(name: JobName): Promise<void>;
  resume(name: JobName): Promise<void>;
  /** The running or waiting job fails with the reason `cancelled`, between two steps. False where it is unknown or has ended. */
  cancel(name: JobName, id: string): Promise<boolean>;
  counts(): Promise<QueueCounts>;
  /** Rejects where Redis does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
