import type { Queue } from 'bullmq';
import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { boardQueues } from './board-queues.js';
import { createJobs } from './create-jobs.js';
import type { Jobs } from './jobs.js';
import { cleanups, kept, laterSteps, open, silent, testRedis, trained } from './open-test-jobs.js';

/** One namespace, its queue of times, and processes that boot. */
function world(): { jobs: Jobs; queue: Queue; boot: () => Jobs } {
  const { jobs, namespace } = open();
  const options = { ...testRedis(), namespace, logger: silent };
  const board = boardQueues(options);
  cleanups.push(() => board.close());
  const boot = (): Jobs => {
    const other = createJobs(options);
    cleanups.push(() => other.close());
    return other;
  };
  return { jobs, queue: board.queues.find(({ name }) => name === 'schedule')!, boot };
}

/** Once a day, for the first time in some seconds. */
function dailyIn(seconds: number): string {
  const time = new Date(Date.now() + seconds * 1000);
  return `${time.getUTCSeconds()} ${time.getUTCMinutes()} ${time.getUTCHours()} * * *`;
}

describe('the schedule', () => {
  it('is one, however many processes boot, and goes when it is not set any more', async () => {
    const { jobs, queue, boot } = world();
    const workers = await Promise.all([1, 2, 3].map(() => boot().schedule('* * * * * *')));
    for (const worker of workers) kept(worker);
    expect(await queue.getJobSchedulers()).toHaveLength(1);
    const flow = await eventually(async () => (await jobs.currentTraining()) ?? null);
    expect(flow.jobs.train?.data).toEqual({ reason: 'schedule' });
    // More ticks come; the flow that waits is still the only one.
    await eventually(async () => (await queue.getCompletedCount()) >= 2);
    expect((await jobs.counts()).train.waiting).toBe(1);

    for (const worker of workers) await worker.close();
    kept(await jobs.schedule(undefined));
    expect(await queue.getJobSchedulers()).toHaveLength(0);
    expect(await queue.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 0 });
  });

  it('makes up, once, for a time that passed while no process was up', async () => {
    const { jobs, queue, boot } = world();
    const worker = await boot().schedule(dailyIn(2));
    await worker.close();
    const [set] = await queue.getJobSchedulers();
    await eventually(() => Date.now() > set!.next! + 100);
    expect(await jobs.currentTraining()).toBeUndefined();
    for (const again of await Promise.all([1, 2].map(() => boot().schedule(set!.pattern)))) kept(again);
    const flow = await eventually(async () => (await jobs.currentTraining()) ?? null);
    expect(flow.jobs.train?.data).toEqual({ reason: 'schedule' });
    // The time after it is tomorrow's.
    await eventually(async () => (await queue.getJobSchedulers())[0]!.next! > Date.now() + 3_600_000);
    expect((await jobs.counts()).train.waiting).toBe(1);
  });

  it('follows another pattern at the next boot, while a process with the old one is still up', async () => {
    const { queue, boot } = world();
    kept(await boot().schedule('* * * * * *'));
    await eventually(async () => (await queue.getCompletedCount()) >= 1);
    kept(await boot().schedule('0 3 * * *'));
    const counted = await queue.getCompletedCount();
    expect(await queue.getJobSchedulers()).toMatchObject([{ pattern: '0 3 * * *' }]);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    // One that was being taken in that moment at most.
    expect(await queue.getCompletedCount()).toBeLessThanOrEqual(counted + 1);
    expect(await queue.getJobSchedulers()).toMatchObject([{ pattern: '0 3 * * *' }]);
    expect(await queue.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 });
  });

  it('starts a flow once for a time that is told twice, also when that flow has ended meanwhile', async () => {
    const { jobs } = world();
    laterSteps(jobs);
    kept(jobs.worker('train', async () => trained));
    const tick = { id: 'repeat-training-1764000000000' };
    expect(await jobs.startTraining({ reason: 'schedule' }, tick)).toEqual({ ...tick, started: true });
    await jobs.waitFor('republish', tick.id, { timeoutMs: 20_000, pollMs: 20 });
    const other = await jobs.startTraining({ reason: 'manual' });
    await jobs.waitFor('republish', other.id, { timeoutMs: 20_000, pollMs: 20 });
    expect(await jobs.startTraining({ reason: 'schedule' }, tick)).toEqual({ ...tick, started: false });
    expect((await jobs.counts()).train.completed).toBe(2);
  });

  it('names a pattern that is no cron pattern', async () => {
    const { jobs } = open();
    await expect(jobs.schedule('every tuesday')).rejects.toThrow(/every tuesday/);
  });
});
