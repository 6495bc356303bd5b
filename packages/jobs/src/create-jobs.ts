import { JOB_NAMES, JOBS, type JobName } from '@click-recall/contracts';
import { RetriableError, type RedisRefused } from '@click-recall/runtime';
import { FlowProducer, type JobsOptions as BullJobOptions, type Queue } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { claimFlow } from './claim-flow.js';
import { closeWithin } from './close-within.js';
import { address, createConnector, type ConnectionSettings } from './connection.js';
import { errorLog, type JobsLogger } from './error-log.js';
import { flowView } from './flow-view.js';
import { rollbackFlow, trainingFlow } from './flows.js';
import { jobView } from './job-view.js';
import type { Jobs, JobState, JobView, OnFinished, QueueCounts } from './jobs.js';
import { cancelKey, queuePrefix, rankerJobId, SCHEDULE_QUEUE, trainingKey } from './keys.js';
import { closeQueues, CLOSE_MS, connected, openQueues, type Queues } from './queues.js';
import { startSchedule } from './start-schedule.js';
import { startWorker } from './start-worker.js';
import { OUTAGE_MS, throughOutage } from './through-outage.js';

export interface JobsOptions extends ConnectionSettings {
  readonly namespace: string;
  readonly logger: JobsLogger;
  /** Pause before the second attempt, doubled before each further one; 5 s unless set. */
  readonly backoffMs?: number;
  readonly onFinished?: OnFinished;
  /** Told when the server does not let us in and never has: a mistake in the settings, which waiting does not mend. */
  readonly onRefused?: (refusal: RedisRefused) => void;
}

const STATES = ['waiting', 'waiting-children', 'delayed', 'active', 'completed', 'failed'] as const;
const KEPT = { count: 100 };
const CANCEL_MS = 7 * 24 * 60 * 60 * 1000;

/** Typed queues, flows and workers of one namespace. Connects in the background; a call waits for Redis a few seconds, then fails retriably. */
export function createJobs(options: JobsOptions): Jobs {
  const { namespace, logger } = options;
  const prefix = queuePrefix(namespace);
  let wasReady = false;
  const onError = errorLog(logger, options, (refusal) => {
    if (!wasReady) options.onRefused?.(refusal);
  });
  const connector = createConnector(options);
  const queues = openQueues(connector, namespace, onError);
  queues.train.waitUntilReady().then(
    () => (wasReady = true),
    () => undefined,
  );
  const producer = new FlowProducer({ connection: connector.for('producer'), prefix });
  producer.on('error', onError);
  const jobOptions: BullJobOptions = {
    attempts: 3,
    backoff: { type: 'exponential', delay: options.backoffMs ?? 5_000 },
    removeOnComplete: KEPT,
    removeOnFail: KEPT,
  };

  const queue = (name: keyof Queues): Promise<Queue> => connected(queues[name], options);
  const find = async <N extends JobName>(name: N, id: string): Promise<JobView<N> | undefined> =>
    jobView(name, await queue(name), id);
  const newestTraining = async (): Promise<string | null> => {
    const { backend } = await queue('train');
    return (await backend.client).hget(trainingKey(namespace), 'id');
  };

  const jobs: Jobs = {
    async startTraining(request, { id: wanted = randomUUID() } = {}) {
      const data = JOBS.train.data.parse(request);
      const { id, granted } = await claimFlow(await queue('train'), trainingKey(namespace), prefix, wanted);
      if (granted) await producer.add(trainingFlow(id, data, jobOptions));
      return { id, started: granted };
    },
    async startRollback(modelVersion) {
      const id = randomUUID();
      await queue('embed');
      await producer.add(rollbackFlow(id, modelVersion, jobOptions));
      return { id, started: true };
    },
    async add(name, data, { delayMs = 0, id = randomUUID() } = {}) {
      const checked = JOBS[name].data.parse(data);
      const job = await queues[name].add(name, checked, { ...jobOptions, jobId: id, delay: delayMs });
      return job.id!;
    },
    async startRanker(modelVersion) {
      const id = rankerJobId(modelVersion);
      const before = await find('train-ranker', id);
      // Another encoder was live when its turn came. Of several that do this at once one's job stays; one at work is not removed.
      if (before?.failure?.code === 'overtaken') await queues['train-ranker'].remove(id);
      return jobs.add('train-ranker', { modelVersion }, { id });
    },
    worker: (name, process, workerOptions = {}) =>
      startWorker({
        name,
        process,
        options: workerOptions,
        connection: connector.for('worker'),
        prefix,
        queue: queues[name],
        cancelKey: (id) => cancelKey(namespace, name, id),
        logger,
        onError,
        onFinished: options.onFinished,
      }),
    schedule: async (pattern) =>
      startSchedule({
        queue: await queue(SCHEDULE_QUEUE),
        pattern,
        connection: connector.for('worker'),
        prefix,
        start: (tick) => jobs.startTraining({ reason: 'schedule' }, { id: tick }),
        onError,
      }),
    job: find,
    async recent(name, limit) {
      const found = await (await queue(name)).getJobs([...STATES], 0, limit - 1, false);
      const newest = found.filter(Boolean).sort((a, b) => b.timestamp - a.timestamp);
      const views = await Promise.all(newest.slice(0, limit).map((job) => find(name, job.id!)));
      return views.filter((view) => view !== undefined);
    },
    flow: (id) => flowView(id, find),
    async currentTraining() {
      const id = await newestTraining();
      return id === null ? undefined : flowView(id, find);
    },
    async waitFor(name, id, { timeoutMs = Infinity, pollMs = 250 } = {}) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const outageMs = Math.min(OUTAGE_MS, deadline - performance.now());
        const job = await throughOutage(() => find(name, id), { pollMs, outageMs });
        if (!job) throw new Error(`there is no ${name} job ${id}`);
        if (job.result !== undefined) return { kind: 'completed', result: job.result };
        if (job.state === 'completed') throw new Error(`the result of ${name} job ${id} cannot be read`);
        if (job.failure !== undefined) return { kind: 'failed', failure: job.failure };
        if (performance.now() >= deadline)
          throw new Error(`${name} job ${id} is still ${job.state} after ${timeoutMs} ms`);
        await delay(pollMs);
      }
    },
    pause: async (name) => (await queue(name)).pause(),
    resume: async (name) => (await queue(name)).resume(),
    async cancel(name, id) {
      const job = await find(name, id);
      if (!job || job.state === 'completed' || job.state === 'failed') return false;
      const client = await queues[name].backend.client;
      await client.set(cancelKey(namespace, name, id), '1', { PX: CANCEL_MS });
      return true;
    },
    async counts() {
      const entries = JOB_NAMES.map(async (name) => {
        const open = await queue(name);
        const [counts, paused] = await Promise.all([open.getJobCounts(...STATES), open.isPaused()]);
        return [name, { ...(counts as Record<JobState, number>), paused }] as const;
      });
      return Object.fromEntries(await Promise.all(entries)) as QueueCounts;
    },
    async ping() {
      try {
        await newestTraining();
      } catch (error) {
        // The client's own words are of its retries; who asks wants to know which server.
        throw new RetriableError(`Redis at ${address(options)} does not answer`, { cause: error });
      }
    },
    async close() {
      await Promise.all([closeWithin(CLOSE_MS, producer), closeQueues(queues)]).finally(() => connector.close());
    },
  };
  return jobs;
}
