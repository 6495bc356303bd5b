import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { boardQueues } from './board-queues.js';
import { createJobs } from './create-jobs.js';
import { JobFailedError } from './job-failure.js';
import { cleanups, endless, kept, laterSteps, open, silent, testRedis, trained } from './open-test-jobs.js';

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
    const board = boardQueues({ ...testRedis(), namespace, logger: silent });
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
    const { redisUrl, redisCluster } = testServers();
    const url = new URL(redisUrl);
    const script = `
      import { Worker } from 'bullmq';
      import { Cluster } from 'ioredis';
      const node = { host: '${url.hostname}', port: ${Number(url.port || 6379)} };
      const options = { protocol: 2, maxRetriesPerRequest: null };
      new Worker('train', () => { console.log('taken'); return new Promise(() => setInterval(() => {}, 1000)); }, {
        connection: ${redisCluster} ? new Cluster([node], { redisOptions: options }) : { ...node, ...options },
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

describe('a job that is wanted once', () => {
  it('is added once, however often it is asked for, also after it has ended', async () => {
    const { jobs } = open();
    const wanted = await Promise.all([jobs.startRanker('v1'), jobs.startRanker('v1')]);
    expect(new Set(wanted).size).toBe(1);
    expect((await jobs.counts())['train-ranker'].waiting).toBe(1);
    kept(jobs.worker('train-ranker', async () => Promise.reject(new JobFailedError('ranker-rejected', 'no better'))));
    expect(await jobs.waitFor('train-ranker', wanted[0], { timeoutMs: 20_000, pollMs: 20 })).toEqual({
      kind: 'failed',
      failure: { code: 'ranker-rejected', message: 'no better' },
    });
    expect(await jobs.startRanker('v1')).toBe(wanted[0]);
    expect((await jobs.counts())['train-ranker']).toMatchObject({ waiting: 0, failed: 1 });
    expect(await jobs.startRanker('v2')).not.toBe(wanted[0]);
  });

  it('is added again where it was overtaken: its version may be live once more', async () => {
    const { jobs } = open();
    const overtaken = jobs.worker('train-ranker', async () =>
      Promise.reject(new JobFailedError('overtaken', 'v2 is live now')),
    );
    const id = await jobs.startRanker('v1');
    await jobs.waitFor('train-ranker', id, { timeoutMs: 20_000, pollMs: 20 });
    await overtaken.close();
    expect(await Promise.all([jobs.startRanker('v1'), jobs.startRanker('v1')])).toEqual([id, id]);
    expect((await jobs.counts())['train-ranker']).toMatchObject({ waiting: 1, failed: 0 });
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
