import { RetriableError } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import { createJobs } from './create-jobs.js';
import { JobFailedError } from './job-failure.js';
import { cleanups, kept, laterSteps, open, silent, testRedis, trained } from './open-test-jobs.js';

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
    const other = createJobs({ ...testRedis(), namespace, logger: silent });
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

  it('waits out an outage, however long, without using up an attempt', async () => {
    const { jobs } = open();
    laterSteps(jobs);
    let runs = 0;
    kept(
      jobs.worker('train', async () => {
        runs += 1;
        if (runs <= 5) throw new RetriableError('Redis is out of memory');
        return trained;
      }),
    );
    const { id } = await jobs.startTraining({ reason: 'manual' });
    expect((await jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 20 })).kind).toBe('completed');
    expect(runs).toBe(6);
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
