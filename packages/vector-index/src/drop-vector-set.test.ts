import { createRedis } from '@click-recall/redis';
import { randomNamespace, testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { dropVectorSet } from './drop-vector-set.js';

it('empties a large set in slices before it is unlinked', async () => {
  const logger = { info: () => undefined, warn: () => undefined };
  const redis = createRedis({ url: testServers().redisUrl, cluster: testServers().redisCluster, logger });
  onTestFinished(() => redis.quit());
  await redis.ready(10_000);
  const { commands } = redis;
  const key = randomNamespace('drop');
  await commands.pipeline(Array.from({ length: 500 }, (_, n) => ['VADD', key, 'VALUES', 2, n, 1, `e${n}`]));

  const removed: number[] = [];
  const watched: typeof commands = {
    ...commands,
    pipeline: (slice) => {
      removed.push(slice.length);
      return commands.pipeline(slice);
    },
  };
  await dropVectorSet(watched, key, 250);
  expect(removed).toEqual([100, 100, 100]);
  expect(await commands.call(['EXISTS', key])).toBe(0);
});
