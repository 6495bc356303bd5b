import { createOffsetStore, createRedis } from '@click-recall/redis';
import { randomNamespace, testServers } from '@click-recall/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createClicksTrigger, type ClicksTrigger } from './clicks-trigger.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(afterClicks = 100) {
  const logger = { info: () => undefined, warn: () => undefined };
  const redis = createRedis({ url: testServers().redisUrl, cluster: testServers().redisCluster, logger });
  await redis.ready(10_000);
  const offsets = createOffsetStore(redis, { namespace: randomNamespace('trigger') });
  cleanups.push(() => redis.quit());
  cleanups.push(async () => {
    for (const partition of [0, 1, 2]) await offsets.reset('clicks', partition, null);
    await offsets.reset('train-after-clicks', 0, null);
  });
  const starts: string[] = [];
  const state = { underWay: false };
  const boot = (): ClicksTrigger =>
    createClicksTrigger({
      offsets,
      jobs: {
        startTraining: async ({ reason }) => {
          if (!state.underWay) starts.push(reason);
          return { id: 'flow', started: !state.underWay };
        },
      },
      topic: 'clicks',
      partitions: 2,
      afterClicks,
    });
  return { offsets, starts, state, boot };
}

describe('training after clicks', () => {
  it('starts once enough clicks of all partitions have been applied, and again after as many', async () => {
    const { offsets, starts, boot } = await open();
    const trigger = boot();
    await trigger.look();
    await offsets.reset('clicks', 0, '49');
    await offsets.reset('clicks', 1, '48');
    await trigger.look();
    expect(starts).toEqual([]);
    // A partition more than the topic was made with.
    await offsets.reset('clicks', 2, '0');
    await trigger.look();
    await trigger.look();
    expect(starts).toEqual(['clicks']);
    await offsets.reset('clicks', 0, '149');
    // Another process, or this one after a restart.
    await boot().look();
    expect(starts).toHaveLength(2);
  });

  it('starts after the flow that is under way when the clicks came', async () => {
    const { offsets, starts, state, boot } = await open();
    await offsets.reset('clicks', 0, '500');
    state.underWay = true;
    await boot().look();
    expect(starts).toEqual([]);
    state.underWay = false;
    await boot().look();
    expect(starts).toEqual(['clicks']);
  });

  it('counts from the last training, whatever started it', async () => {
    const { offsets, starts, boot } = await open();
    await offsets.reset('clicks', 0, '500');
    await boot().mark();
    await offsets.reset('clicks', 0, '599');
    await boot().look();
    expect(starts).toEqual([]);
    await offsets.reset('clicks', 0, '600');
    await boot().look();
    expect(starts).toEqual(['clicks']);
  });

  it('counts anew when the topic was made anew', async () => {
    const { offsets, starts, boot } = await open();
    await offsets.reset('train-after-clicks', 0, '1000');
    await offsets.reset('clicks', 0, '10');
    await boot().look();
    await offsets.reset('clicks', 0, '110');
    await boot().look();
    expect(starts).toEqual(['clicks']);
  });
});
