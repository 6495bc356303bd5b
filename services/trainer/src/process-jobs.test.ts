import { JobFailedError, type RunningJob } from '@click-recall/jobs';
import { createMetrics, RetriableError, type Metrics } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import { processTrain, processTrainRanker, type ProcessOptions } from './process-jobs.js';

type Process = (job: never, options: ProcessOptions) => Promise<unknown>;
const kinds: [string, Process, 'trainRuns' | 'rankerRuns'][] = [
  ['a version', processTrain, 'trainRuns'],
  ['a ranker', processTrainRanker, 'rankerRuns'],
];

/** How often each outcome is counted after a run that ends with `error`. */
async function countedAfter(process: Process, name: 'trainRuns' | 'rankerRuns', error: Error, aborted = false) {
  const metrics: Metrics = createMetrics('trainer');
  const signal = aborted ? AbortSignal.abort() : new AbortController().signal;
  const job: Partial<RunningJob<'train'>> = { id: '1', createdAt: 1_700_000_000_000, signal };
  const turns = () => Promise.reject(error);
  const run = process(job as never, { turns, metrics } as Partial<ProcessOptions> as ProcessOptions);
  await expect(run).rejects.toBe(error);
  const { values } = await metrics[name].get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
}

describe.each(kinds)('the training of %s', (_kind, process, name) => {
  it.each([
    ['put aside until a server is back', new RetriableError('Redis is away'), 'put-aside'],
    ['put aside, by what the client of Redis says', new Error('Connection is closed.'), 'put-aside'],
    ['killed, and tried again', new Error('the task process was killed (SIGKILL): out of memory?'), 'failed'],
    ['refused for good', new JobFailedError('too-few-users', '1 user'), 'failed'],
  ])('counts as what it is: %s', async (_what, error, outcome) => {
    expect(await countedAfter(process, name, error)).toEqual({ [outcome]: 1 });
  });

  it('is not counted where it was stopped, or where its verdict is', async () => {
    expect(await countedAfter(process, name, new RetriableError('Redis is away'), true)).toEqual({});
    expect(await countedAfter(process, name, new JobFailedError('gate-rejected', 'worse'))).toEqual({});
    expect(await countedAfter(process, name, new JobFailedError('ranker-rejected', 'worse'))).toEqual({});
  });
});
