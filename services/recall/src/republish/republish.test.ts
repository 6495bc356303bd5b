import type { JobView, RunningJob } from '@click-recall/jobs';
import { createLogger, createMetrics } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import type { LiveModel } from '../live/live-model.js';
import { createRepublish } from './republish.js';

const SHARDS = 4;

/** Shard s has the users `s-0` to `s-2`, each in a slice of its own; nobody has a vector. */
function setup({ progress, liveVersions }: { progress?: unknown; liveVersions: string[] }) {
  const listed: number[] = [];
  const reports: object[] = [];
  let looks = 0;
  const model = (version: string): LiveModel => ({
    version,
    ranker: '',
    activatedAt: 0,
    itemVectors: new Float32Array(),
    spaces: { items: space(version, 'items'), users: space(version, 'users') },
    encoder: {
      version,
      dim: 1,
      sequenceLength: 1,
      itemIds: [],
      rowOf: () => undefined,
      encode: async () => [],
      itemVectors: () => new Float32Array(),
      dispose: () => undefined,
    },
  });
  const republish = createRepublish({
    models: {
      // Each look takes the next of the versions; the last one stays.
      current: () => model(liveVersions[Math.min(looks++, liveVersions.length - 1)]!),
      state: () => ({ kind: 'ready', version: liveVersions[0]! }),
      refresh: async () => undefined,
    },
    sequences: {
      async *listUsers(_slice, shard = 0) {
        listed.push(shard);
        for (let user = 0; user < 3; user++) yield [`${shard}-${user}`];
      },
      countUsers: async () => SHARDS * 3,
      seenMany: async (userIds) => userIds.map(() => []),
    },
    jobs: { job: async () => ({ progress }) as JobView<never> },
    deleted: { has: () => false, refresh: async () => undefined },
    liveVectors: async (_live, userIds) => userIds.map(() => undefined),
    fillWithPopular: async (found) => [...found],
    publisher: { publish: async () => [] },
    topic: 'recommendations',
    shards: SHARDS,
    metrics: createMetrics('test'),
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  const job = (attempt: number): RunningJob<'republish'> => ({
    name: 'republish',
    id: 'job',
    data: { modelVersion: 'v', cause: { kind: 'activation' } },
    previous: undefined,
    attempt,
    signal: new AbortController().signal,
    control: () => 'run',
    onControl: () => undefined,
    progress: async (report) => void reports.push(report),
    log: async () => undefined,
  });
  return { listed, reports, run: (attempt = 1) => republish(job(attempt)) };
}

function space(version: string, kind: 'items' | 'users') {
  return { version, kind, dim: 1, maxNorm: 1, shards: 1 };
}

describe('the republish job', () => {
  it('goes through all users and says how far it is', async () => {
    const { listed, reports, run } = setup({ liveVersions: ['v'] });
    expect(await run()).toMatchObject({ modelVersion: 'v', users: 12 });
    expect(listed).toEqual([0, 1, 2, 3]);
    expect(reports.at(-1)).toEqual({ shard: 4, users: 12, published: 0, total: 12 });
  });

  it('goes on, when it is tried again, with the shard that was not finished', async () => {
    const { listed, run } = setup({ liveVersions: ['v'], progress: { shard: 2, users: 7, published: 7, total: 12 } });
    expect(await run(2)).toMatchObject({ users: 13, published: 7 });
    expect(listed).toEqual([2, 3]);
  });

  it('leaves the rest to the job of a version that goes live meanwhile', async () => {
    const { listed, run } = setup({ liveVersions: ['v', 'v', 'v', 'next'] });
    expect(await run()).toMatchObject({ modelVersion: 'v', users: 2 });
    expect(listed).toEqual([0]);
  });
});
