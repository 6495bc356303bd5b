import type { JobResult } from '@click-recall/contracts';
import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { kept, open } from './open-test-jobs.js';
import type { RunningJob } from './running-job.js';

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
