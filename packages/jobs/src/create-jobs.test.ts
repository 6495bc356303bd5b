import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JobResult } from '@click-recall/contracts';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { boardQueues } from './board-queues.js';
import { createJobs } from './create-jobs.js';
import { JobFailedError } from './job-failure.js';
import type { Jobs, JobWorker, WorkerOptions } from './jobs.js';
import type { RunningJob } from './running-job.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const evaluation = { hr10: 0.2, ndcg10: 0.1 };
const trained: JobResult<'train'> = {
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

function open(namespace = randomNamespace('jobs')): { jobs: Jobs; namespace: string } {
  const options = { redisUrl: testServers().redisUrl, namespace, logger: silent, backoffMs: 20 };
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

function kept(worker: JobWorker): JobWorker {
  cleanups.push(() => worker.close());
  return worker;
}

/** Workers for the steps after `train`; answers what they were given, in order. */
function laterSteps(jobs: Jobs): { step: string; previous: unknown }[] {
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
function endless(jobs: Jobs, options: WorkerOptions = {}): { running: RunningJob<'train'>[]; worker: JobWorker } {
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

describe('a training flow', () => {
  it('runs train, embed, activate and republish in this order and hands each result on', async () => {
    const { jobs } = open();
    const seen = laterSteps(jobs);
    kept(
      jobs.worker('train', async (job) => {
        expect(job.data).toEqual({ reason: 'manual', epochs: 3 });
        await job.log('a line');
        return trained;
      }),
    );
    const { id, started } = await jobs.startTraining({ reason: 'manual', epochs: 3 });
    expect(started).toBe(true);
    expect(await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).toEqual({
      kind: 'completed',
      result: { modelVersion: 'v1', users: 1, published: 1, seconds: 0 },
    });
    expect(seen.map(({ step }) => step)).toEqual(['embed', 'activate', 'republish']);
    expect(seen[0]!.previous).toEqual(trained);
    expect(seen[1]!.previous).toMatchObject({ modelVersion: 'v1', awaitOffsets: { '0': '5' } });
    const flow = await jobs.flow(id);
    expect(flow?.state).toBe('completed');
    expect(flow?.jobs.train?.result?.modelVersion).toBe('v1');
    expect((await jobs.currentTraining())?.id).toBe(id);
    expect((await jobs.recent('train', 5)).map((job) => job.id)).toEqual([id]);
  });

  it('answers a second start with the flow under way, and starts another when that has ended', async () => {
    const { jobs, namespace } = open();
    const other = createJobs({ redisUrl: testServers().redisUrl, namespace, logger: silent });
    cleanups.push(() => other.close());
    const starts = await Promise.all([
      jobs.startTraining({ reason: 'manual' }),
      other.startTraining({ reason: 'clicks' }),
      jobs.startTraining({ reason: 'schedule' }),
    ]);
    expect(new Set(starts.map(({ id }) => id)).size).toBe(1);
    expect(starts.filter(({ started }) => started)).toHaveLength(1);
    expect((await jobs.counts()).train).toMatchObject({ waiting: 1, paused: false });

    laterSteps(jobs);
    kept(jobs.worker('train', async () => trained));
    await jobs.waitFor('republish', starts[0].id, { timeoutMs: 20_000, pollMs: 20 });
    const next = await jobs.startTraining({ reason: 'manual' });
    expect(next.started).toBe(true);
    expect(next.id).not.toBe(starts[0].id);
  });

  it('fails every later job with the reason of a rejected model, without a retry', async () => {
    const { jobs } = open();
    laterSteps(jobs);
    let attempts = 0;
    kept(
      jobs.worker('train', async () => {
        attempts++;
        throw new JobFailedError('gate-rejected', 'NDCG@10 0.02 is below 0.05');
      }),
    );
    const { id } = await jobs.startTraining({ reason: 'manual' });
    const failure = { code: 'gate-rejected', message: 'NDCG@10 0.02 is below 0.05' };
    for (const name of ['train', 'embed', 'activate', 'republish'] as const) {
      expect(await jobs.waitFor(name, id, { timeoutMs: 20_000, pollMs: 20 })).toEqual({ kind: 'failed', failure });
    }
    expect(attempts).toBe(1);
    expect(await jobs.flow(id)).toMatchObject({ state: 'failed', failure });
  });

  it('does not hold up the next training when a failed one has no worker for its later steps', async () => {
    const { jobs } = open();
    kept(
      jobs.worker('train', async () => {
        throw new JobFailedError('too-few-users', '3 users');
      }),
    );
    const first = await jobs.startTraining({ reason: 'manual' });
    await jobs.waitFor('train', first.id, { timeoutMs: 20_000, pollMs: 20 });
    expect((await jobs.startTraining({ reason: 'manual' })).started).toBe(true);
  });

  it('tries again after an error, and then goes on', async () => {
    const { jobs } = open();
    laterSteps(jobs);
    const attempts: number[] = [];
    kept(
      jobs.worker('train', async (job) => {
        attempts.push(job.attempt);
        if (job.attempt < 3) throw new Error('redis went away');
        return trained;
      }),
    );
    const { id } = await jobs.startTraining({ reason: 'manual' });
    expect((await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).kind).toBe('completed');
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('says so when the attempts are used up', async () => {
    const { jobs } = open();
    laterSteps(jobs);
    kept(jobs.worker('train', () => Promise.reject(new Error('no memory'))));
    const { id } = await jobs.startTraining({ reason: 'manual' });
    expect(await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).toEqual({
      kind: 'failed',
      failure: { code: 'earlier-step-failed', message: 'no memory' },
    });
    expect((await jobs.job('train', id))?.attempts).toBe(3);
  });
});

describe('a rollback flow', () => {
  it('embeds, activates and republishes the version that is named', async () => {
    const { jobs } = open();
    const seen = laterSteps(jobs);
    const { id } = await jobs.startRollback('v0');
    const outcome = await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 });
    expect(outcome).toMatchObject({ kind: 'completed', result: { modelVersion: 'v0' } });
    expect(seen[0]).toEqual({ step: 'embed', previous: undefined });
    expect((await jobs.flow(id))?.jobs.train).toBeUndefined();
  });
});

describe('a job in parts', () => {
  const SHARDS = [0, 1, 2, 3];
  const cause = { kind: 'activation' } as const;
  const empty = { modelVersion: 'v', users: 0, published: 0, seconds: 0 };

  /** Splits a whole job; what a part does is the test's. */
  function splitting(part: (job: RunningJob<'republish'>, shard: number) => Promise<JobResult<'republish'>>) {
    return async (job: RunningJob<'republish'>): Promise<JobResult<'republish'>> => {
      if (job.data.shard !== undefined) return part(job, job.data.shard);
      const results = await job.inParts(SHARDS.map((shard) => ({ ...job.data, shard })));
      return { ...empty, users: results.reduce((sum, { users }) => sum + users, 0) };
    };
  }

  it('has each part done once by one of the workers, and then ends with the results', async () => {
    const { jobs } = open();
    const taken: string[] = [];
    const atWork = new Set<string>();
    for (const worker of ['one', 'other']) {
      const process = splitting(async (_, shard) => {
        taken.push(`${shard}`);
        atWork.add(worker);
        // Both take parts of the same job, or this never ends.
        await eventually(() => atWork.size === 2);
        return { ...empty, users: 10 ** shard };
      });
      kept(jobs.worker('republish', process));
    }
    const id = await jobs.add('republish', { cause });
    expect(await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).toMatchObject({
      kind: 'completed',
      result: { users: 1111 },
    });
    expect(taken.toSorted()).toEqual(['0', '1', '2', '3']);
    expect((await jobs.recent('republish', 10)).map((job) => job.id)).toEqual([id]);
  });

  it('is part of a flow like any other, also of one that it is handed a result in', async () => {
    const { jobs } = open();
    kept(
      jobs.worker('embed', async () => {
        return { modelVersion: 'v0', items: 1, users: 1, indexRecall: 1, awaitOffsets: {}, seconds: 0 };
      }),
    );
    kept(jobs.worker('activate', async () => ({ modelVersion: 'v0', previous: 'v1' })));
    const handed: unknown[] = [];
    const process = splitting(async () => ({ ...empty, users: 1 }));
    kept(
      jobs.worker('republish', async (job) => {
        if (job.data.shard === undefined) handed.push(job.previous);
        return process(job);
      }),
    );
    const { id } = await jobs.startRollback('v0');
    expect(await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).toMatchObject({
      kind: 'completed',
      result: { users: 4 },
    });
    expect(handed).toEqual([
      { modelVersion: 'v0', previous: 'v1' },
      { modelVersion: 'v0', previous: 'v1' },
    ]);
    expect((await jobs.flow(id))?.state).toBe('completed');
  });

  it('does only what has no result yet where a part is tried again, and takes over those of a worker that stops', async () => {
    const { jobs } = open();
    const done: number[] = [];
    let failures = 1;
    const first = jobs.worker(
      'republish',
      splitting(async (job, shard) => {
        if (shard === 1 && failures-- > 0) throw new Error('redis went away');
        if (shard === 2) {
          await new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(new Error('stopped'))));
        }
        done.push(shard);
        return empty;
      }),
    );
    kept(first);
    const id = await jobs.add('republish', { cause });
    await eventually(async () => done.includes(0) && (await jobs.counts()).republish.active === 1);
    await first.close();
    kept(
      jobs.worker(
        'republish',
        splitting(async (_, shard) => (done.push(shard), empty)),
      ),
    );
    expect((await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).kind).toBe('completed');
    expect(done.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  it('fails with the reason of a part that failed for good', async () => {
    const { jobs } = open();
    const process = splitting(async (_, shard) => {
      if (shard === 2) throw new Error('no memory');
      return empty;
    });
    kept(jobs.worker('republish', process));
    const id = await jobs.add('republish', { cause });
    expect(await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).toEqual({
      kind: 'failed',
      failure: { code: 'earlier-step-failed', message: 'no memory' },
    });
  });

  it('is cancelled with all its parts', async () => {
    const { jobs } = open();
    let running = 0;
    const process = splitting(async (job) => {
      running++;
      return new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(new Error('stopped'))));
    });
    kept(jobs.worker('republish', process, { controlMs: 20 }));
    const id = await jobs.add('republish', { cause });
    await eventually(() => running === 1);
    expect(await jobs.cancel('republish', id)).toBe(true);
    expect(await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).toMatchObject({
      kind: 'failed',
      failure: { code: 'cancelled' },
    });
    expect(running).toBe(1);
  });
});

describe('an operator', () => {
  it('pauses and resumes a running training', async () => {
    const { jobs } = open();
    const { running } = endless(jobs, { controlMs: 20 });
    await jobs.startTraining({ reason: 'manual' });
    const job = await eventually(() => running[0] ?? null);
    const changes: string[] = [];
    job.onControl((control) => changes.push(control));
    expect(job.control()).toBe('run');
    await jobs.pause('train');
    await eventually(() => job.control() === 'pause');
    expect((await jobs.counts()).train).toMatchObject({ active: 1, paused: true });
    await jobs.resume('train');
    await eventually(() => job.control() === 'run');
    expect(changes).toEqual(['pause', 'run']);
  });

  it('cancels a training, running or waiting, and it is not tried again', async () => {
    const { jobs } = open();
    laterSteps(jobs);
    const first = await jobs.startTraining({ reason: 'manual' });
    expect(await jobs.cancel('train', first.id)).toBe(true);
    const { running } = endless(jobs, { controlMs: 20 });
    const outcome = await jobs.waitFor('republish', first.id, { timeoutMs: 20_000, pollMs: 20 });
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'cancelled' } });
    expect(running).toHaveLength(0);

    const second = await jobs.startTraining({ reason: 'manual' });
    await eventually(() => running[0] ?? null);
    expect(await jobs.cancel('train', second.id)).toBe(true);
    expect(await jobs.waitFor('train', second.id, { timeoutMs: 20_000, pollMs: 20 })).toMatchObject({
      kind: 'failed',
      failure: { code: 'cancelled' },
    });
    expect(running).toHaveLength(1);
    expect(await jobs.cancel('train', second.id)).toBe(false);
    expect(await jobs.cancel('train', 'nobody')).toBe(false);
  });

  it('sees a job that somebody put there with the wrong data fail at once', async () => {
    const { jobs, namespace } = open();
    kept(jobs.worker('evaluate', async () => Promise.reject(new Error('must not run'))));
    const board = boardQueues({ redisUrl: testServers().redisUrl, namespace, logger: silent });
    cleanups.push(() => board.close());
    const queue = board.queues.find(({ name }) => name === 'evaluate')!;
    await queue.add('evaluate', { version: 5 }, { jobId: 'by-hand' });
    expect(await jobs.waitFor('evaluate', 'by-hand', { timeoutMs: 20_000, pollMs: 20 })).toMatchObject({
      kind: 'failed',
      failure: { code: 'invalid-job' },
    });
  });
});

describe('workers', () => {
  it('give their job back when they stop, and another goes on with it', async () => {
    const { jobs } = open();
    const { running, worker } = endless(jobs);
    const { id } = await jobs.startTraining({ reason: 'manual' });
    await eventually(() => running[0] ?? null);
    await worker.close();
    expect(await jobs.job('train', id)).toMatchObject({ state: 'waiting', attempts: 0 });
    kept(jobs.worker('train', async () => trained));
    expect((await jobs.waitFor('train', id, { timeoutMs: 20_000, pollMs: 20 })).kind).toBe('completed');
  });

  it('take over the job of a worker that was killed', async () => {
    const { jobs, namespace } = open();
    const { id } = await jobs.startTraining({ reason: 'manual' });
    const url = new URL(testServers().redisUrl);
    const script = `
      import { Worker } from 'bullmq';
      new Worker('train', () => { console.log('taken'); return new Promise(() => setInterval(() => {}, 1000)); }, {
        connection: { host: '${url.hostname}', port: ${Number(url.port || 6379)}, protocol: 2, maxRetriesPerRequest: null },
        prefix: '{${namespace}}:bull', lockDuration: 500, stalledInterval: 500 });`;
    const victim = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanups.push(async () => void victim.kill('SIGKILL'));
    let output = '';
    victim.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually(() => output.includes('taken'));
    victim.kill('SIGKILL');

    kept(jobs.worker('train', async () => trained, { lockMs: 500 }));
    expect((await jobs.waitFor('train', id, { timeoutMs: 20_000, pollMs: 20 })).kind).toBe('completed');
  });
});

describe('without Redis', () => {
  it('says so instead of waiting for ever, and closes', async () => {
    const said: string[] = [];
    const warn = (fields: object, message: string): void => void said.push(`${JSON.stringify(fields)} ${message}`);
    const logger = { ...silent, warn };
    // Nobody listens there.
    const jobs = createJobs({ redisUrl: 'redis://user:secret@127.0.0.1:1', namespace: randomNamespace(), logger });
    const worker = jobs.worker('train', async () => trained);
    await expect(jobs.startTraining({ reason: 'manual' })).rejects.toThrow('Redis at 127.0.0.1:1 does not answer');
    await worker.close();
    await jobs.close();
    // Once, though every queue tries again and again; perhaps that a worker was ended while it tried.
    expect(said.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1);
    expect(said.join()).not.toContain('secret');
  });
});

describe('the schedule', () => {
  it('is one, however many processes boot, and goes when it is not set any more', async () => {
    const { jobs, namespace } = open();
    const options = { redisUrl: testServers().redisUrl, namespace, logger: silent };
    const board = boardQueues(options);
    cleanups.push(() => board.close());
    const queue = board.queues.find(({ name }) => name === 'schedule')!;
    for (let boots = 0; boots < 3; boots++) {
      const other = createJobs(options);
      cleanups.push(() => other.close());
      kept(await other.schedule('* * * * * *'));
    }
    expect(await queue.getJobSchedulers()).toHaveLength(1);
    const flow = await eventually(async () => (await jobs.currentTraining()) ?? null);
    expect(flow.jobs.train?.data).toEqual({ reason: 'schedule' });
    // More ticks come; the flow that waits is still the only one.
    await eventually(async () => (await queue.getCompletedCount()) >= 2);
    expect((await jobs.counts()).train.waiting).toBe(1);

    kept(await jobs.schedule(undefined));
    expect(await queue.getJobSchedulers()).toHaveLength(0);
  });

  it('names a pattern that is no cron pattern', async () => {
    const { jobs } = open();
    await expect(jobs.schedule('every tuesday')).rejects.toThrow(/every tuesday/);
  });
});
