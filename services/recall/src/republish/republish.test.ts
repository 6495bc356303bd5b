import type { JobResult } from '@click-recall/contracts';
import type { RunningJob } from '@click-recall/jobs';
import type { OutgoingMessage } from '@click-recall/kafka';
import { createLogger, createMetrics } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import type { LiveModel } from '../live/live-model.js';
import { createRerank } from '../recommend/rerank.js';
import { createRepublish } from './republish.js';

const SHARDS = 4;

interface Setup {
  /** What each look finds to be live; the last one stays. */
  readonly liveVersions: readonly string[];
  /** Users who have a vector. */
  readonly known?: readonly string[];
  /** Users who are forgotten as soon as they were read. */
  readonly forgotten?: readonly string[];
}

/** Shard s has the users `s-0` to `s-2`, each in a slice of its own. */
function setup({ liveVersions, known = [], forgotten = [] }: Setup) {
  const published: OutgoingMessage[] = [];
  let looks = 0;
  const model = (version: string): LiveModel => ({
    version,
    ranker: undefined,
    activatedAt: 0,
    itemVectors: Float32Array.of(1),
    spaces: { items: space(version, 'items'), users: space(version, 'users') },
    hasMapping: false,
    encoder: {
      version,
      dim: 1,
      sequenceLength: 1,
      itemIds: ['i'],
      rowOf: () => undefined,
      encode: async () => [],
      itemVectors: () => Float32Array.of(1),
      coldItems: undefined,
      dispose: () => undefined,
    },
  });
  const republish = createRepublish({
    models: {
      current: () => model(liveVersions[Math.min(looks++, liveVersions.length - 1)]!),
      state: () => ({ kind: 'ready', version: liveVersions[0]! }),
      refresh: async () => undefined,
    },
    sequences: {
      async *listUsers(_slice, shard = 0) {
        for (let user = 0; user < 3; user++) yield [`${shard}-${user}`];
      },
      seenMany: async (userIds) => userIds.map(() => []),
      revisions: async (userIds) => userIds.map((userId) => (forgotten.includes(userId) ? 0 : 1)),
    },
    coldVectors: { async *list() {}, former: async () => [] },
    deleted: { has: () => false, refresh: async () => undefined },
    liveVectors: async (_live, userIds) =>
      userIds.map((userId) => (known.includes(userId) ? { revision: 1, vector: Float32Array.of(1) } : undefined)),
    rerank: createRerank(() => undefined),
    fillWithPopular: async (found) => [...found],
    publisher: { publish: async (_topic, messages) => (published.push(...messages), []) },
    topic: 'recommendations',
    shards: SHARDS,
    metrics: createMetrics('test'),
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  const run = (data: Partial<RunningJob<'republish'>['data']> = {}): Promise<JobResult<'republish'>> =>
    republish({
      name: 'republish',
      id: 'job',
      data: { modelVersion: 'v', cause: { kind: 'activation' }, ...data },
      previous: undefined,
      createdAt: 1,
      attempt: 1,
      signal: new AbortController().signal,
      control: () => 'run',
      onControl: () => undefined,
      progress: async () => undefined,
      inParts: (parts) => Promise.all(parts.map((part) => run(part))),
      log: async () => undefined,
    });
  return { published, run };
}

function space(version: string, kind: 'items' | 'users') {
  return { version, kind, dim: 1, maxNorm: 1, shards: 1 };
}

describe('the republish job', () => {
  it('has a part for each shard, and sums up what they came to', async () => {
    const { published, run } = setup({ liveVersions: ['v'], known: ['0-1', '3-2'] });
    expect(await run()).toMatchObject({ modelVersion: 'v', users: 12, published: 2 });
    expect(published.map(({ key }) => key)).toEqual(['0-1', '3-2']);
  });

  it('goes through the users of one shard in a part', async () => {
    const { published, run } = setup({ liveVersions: ['v'], known: ['0-1', '1-1', '2-2'] });
    expect(await run({ shard: 1 })).toMatchObject({ modelVersion: 'v', users: 3, published: 1 });
    expect(published.map(({ key }) => key)).toEqual(['1-1']);
  });

  it('leaves the rest to the job of a version that goes live meanwhile', async () => {
    const { run } = setup({ liveVersions: ['v', 'v', 'v', 'next'] });
    expect(await run({ shard: 0 })).toMatchObject({ modelVersion: 'v', users: 2 });
  });

  it('takes back what it published for a user who was forgotten after the vector was read', async () => {
    const { published, run } = setup({ liveVersions: ['v'], known: ['2-0', '2-1'], forgotten: ['2-1'] });
    await run({ shard: 2 });
    expect(published.map(({ key, value }) => [key, value === null])).toEqual([
      ['2-0', false],
      ['2-1', false],
      ['2-1', true],
    ]);
  });
});
