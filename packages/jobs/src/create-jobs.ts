import { JOB_NAMES, JOBS, type JobName } from '@click-recall/contracts';
import { FlowProducer, type FlowJob, type JobsOptions as BullJobOptions } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { claimFlow } from './claim-flow.js';
import { connectionOptions, type ConnectionSettings } from './connection.js';
import { errorLog, type JobsLogger } from './error-log.js';
import { flowView } from './flow-view.js';
import { rollbackFlow, trainingFlow } from './flows.js';
import { jobView } from './job-view.js';
import type { Jobs, JobState, JobView, QueueCounts } from './jobs.js';
import { cancelKey, queuePrefix, SCHEDULE_QUEUE, trainingKey } from './keys.js';
import { closeQueues, openQueues } from './queues.js';
import { startSchedule } from './start-schedule.js';
import { startWorker } from './start-worker.js';

export interface JobsOptions extends ConnectionSettings {
  readonly namespace: string;
  readonly logger: JobsLogger;
  /** Pause before the second attempt, doubled before each further one; 5 s unless set. */
  readonly backoffMs?: number;
}

const STATES = ['waiting', 'waiting-children', 'delayed', 'active', 'completed', 'failed'] as const;
const KEPT = { count: 100 };
const CANCEL_MS = 7 * 24 * 60 * 60 * 1000;

/** Typed queues, flows and workers of one namespace. Connects in the background; calls wait for Redis a few seconds. */
export function createJobs(options: JobsOptions): Jobs {
  const { namespace, logger } = options;
  const prefix = queuePrefix(namespace);
  const onError = errorLog(logger, options);
  const queues = openQueues(options, onError);
  const producer = new FlowProducer({ connection: connectionOptions(options, 'producer'), prefix });
  producer.on('error', onError);
  const jobOptions: BullJobOptions = {
    attempts: 3,
    backoff: { type: 'exponential', delay: options.backoffMs ?? 5_000 },
    removeOnComplete: KEPT,
    removeOnFail: KEPT,
  };

  const find = <N extends JobName>(name: N, id: string): Promise<JobView<N> | undefined> =>
    jobView(name, queues[name], id);
  const add = async (flow: FlowJob): Promise<void> => void (await producer.add(flow));

  const jobs: Jobs = {
    async startTraining(request) {
      const data = JOBS.train.data.parse(request);
      const wanted = randomUUID();
      const id = await claimFlow(queues.train, trainingKey(namespace), prefix, wanted);
      if (id === wanted) await add(trainingFlow(id, data, jobOptions));
      return { id, started: id === wanted };
    },
    async startRollback(modelVersion) {
      const id = randomUUID();
      await add(rollbackFlow(id, modelVersion, jobOptions));
      return { id, started: true };
    },
    async add(name, data, { delayMs = 0 } = {}) {
      const checked = JOBS[name].data.parse(data);
      const job = await queues[name].add(name, checked, { ...jobOptions, jobId: randomUUID(), delay: delayMs });
      return job.id!;
    },
    worker: (name, process, workerOptions = {}) =>
      startWorker({
        name,
        process,
        options: workerOptions,
        connection: connectionOptions(options, 'worker'),
        prefix,
        queue: queues[name],
        cancelKey: (id) => cancelKey(namespace, name, id),
        logger,
        onError,
      }),
    schedule: (pattern) =>
      startSchedule({
        queue: queues[SCHEDULE_QUEUE],
        pattern,
        connection: connectionOptions(options, 'worker'),
        prefix,
        start: () => jobs.startTraining({ reason: 'schedule' }),
        onError,
      }),
    job: find,
    async recent(name, limit) {
      const found = await queues[name].getJobs([...STATES], 0, limit - 1, false);
      const newest = found.filter(Boolean).sort((a, b) => b.timestamp - a.timestamp);
      const views = await Promise.all(newest.slice(0, limit).map((job) => find(name, job.id!)));
      return views.filter((view) => view !== undefined);
    },
    flow: (id) => flowView(id, find),
    async currentTraining() {
      const client = await queues.train.backend.client;
      const id = await client.hget(trainingKey(namespace), 'id');
      return id === null ? undefined : flowView(id, find);
    },
    async waitFor(name, id, { timeoutMs = Infinity, pollMs = 250 } = {}) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const job = await find(name, id);
        if (!job) throw new Error(`there is no ${name} job ${id}`);
        if (job.result !== undefined) return { kind: 'completed', result: job.result };
        if (job.state === 'completed') throw new Error(`the result of ${name} job ${id} cannot be read`);
        if (job.failure !== undefined) return { kind: 'failed', failure: job.failure };
        if (performance.now() >= deadline)
          throw new Error(`${name} job ${id} is still ${job.state} after ${timeoutMs} ms`);
        await delay(pollMs);
      }
    },
    pause: (name) => queues[name].pause(),
    resume: (name) => queues[name].resume(),
    async cancel(name, id) {
      const job = await find(name, id);
      if (!job || job.state === 'completed' || job.state === 'failed') return false;
      const client = await queues[name].backend.client;
      await client.set(cancelKey(namespace, name, id), '1', { PX: CANCEL_MS });
      return true;
    },
    async counts() {
      const entries = JOB_NAMES.map(async (name) => {
        const [counts, paused] = await Promise.all([queues[name].getJobCounts(...STATES), queues[name].isPaused()]);
        return [name, { ...(counts as Record<JobState, number>), paused }] as const;
      });
      return Object.fromEntries(await Promise.all(entries)) as QueueCounts;
    },
    async ping() {
      await (await queues.train.backend.client).hget(trainingKey(namespace), 'id');
    },
    async close() {
      await Promise.all([producer.close(), closeQueues(queues)]);
    },
  };
  return jobs;
}
