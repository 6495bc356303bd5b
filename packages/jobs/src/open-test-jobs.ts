import type { JobResult } from '@click-recall/contracts';
import { randomNamespace, testServers } from '@click-recall/testing';
import { afterEach } from 'vitest';
import { boardQueues } from './board-queues.js';
import { createJobs } from './create-jobs.js';
import type { Jobs, JobWorker, WorkerOptions } from './jobs.js';
import type { RunningJob } from './running-job.js';

/** Done after the test, the last one first. */
export const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const evaluation = { hr10: 0.2, ndcg10: 0.1 };
export const trained: JobResult<'train'> = {
  modelVersion: 'v1',
  seconds: 1,
  metrics: {
    ...evaluation,
    popularity: evaluation,
    markov: evaluation,
    validationNdcg10: 0.1,
    loss: 1,
    epochs: 1,
    users: 1,
    items: 1,
    clicks: 1,
  },
};

/** For tests only: where the real Redis is. */
export function testRedis(): { redisUrl: string; redisCluster: boolean } {
  const { redisUrl, redisCluster } = testServers();
  return { redisUrl, redisCluster };
}

/** For tests only: the queues of a namespace of their own, on the real Redis; gone after the test. */
export function open(namespace = randomNamespace('jobs')): { jobs: Jobs; namespace: string } {
  const options = { ...testRedis(), namespace, logger: silent, backoffMs: 20 };
  const jobs = createJobs(options);
  cleanups.push(async () => {
    const board = boardQueues(options);
    await Promise.all(board.queues.map((queue) => queue.obliterate({ force: true })));
    const client = await board.queues[0]!.backend.client;
    await client.del(`{${namespace}}:training-flow`);
    await board.close();
    await jobs.close();
  });
  return { jobs, namespace };
}

/** Closes the worker after the test. */
export function kept(worker: JobWorker): JobWorker {
  cleanups.push(() => worker.close());
  return worker;
}

/** Workers for the steps after `train`; answers what they were given, in order. */
export function laterSteps(jobs: Jobs): { step: string; previous: unknown }[] {
  const seen: { step: string; previous: unknown }[] = [];
  const note = (job: { name: string; previous: unknown }): void =>
    void seen.push({ step: job.name, previous: job.previous });
  kept(
    jobs.worker('embed', async (job) => {
      note(job);
      const modelVersion = job.data.modelVersion ?? job.previous!.modelVersion;
      return { modelVersion, items: 1, users: 1, indexRecall: 1, awaitOffsets: { '0': '5' }, seconds: 0 };
    }),
  );
  kept(
    jobs.worker('activate', async (job) => {
      note(job);
      return { modelVersion: job.previous!.modelVersion, previous: null };
    }),
  );
  kept(
    jobs.worker('republish', async (job) => {
      note(job);
      return { modelVersion: job.previous!.modelVersion, users: 1, published: 1, seconds: 0 };
    }),
  );
  return seen;
}

/** A train worker whose jobs run until they are told otherwise. */
export function endless(
  jobs: Jobs,
  options: WorkerOptions = {},
): { running: RunningJob<'train'>[]; worker: JobWorker } {
  const running: RunningJob<'train'>[] = [];
  const worker = jobs.worker(
    'train',
    (job) =>
      new Promise((_, reject) => {
        running.push(job);
        job.signal.addEventListener('abort', () => reject(new Error('stopped')));
      }),
    options,
  );
  return { running, worker: kept(worker) };
}
