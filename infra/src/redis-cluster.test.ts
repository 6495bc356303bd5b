import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedis } from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { ensureRedis } from '../bootstrap/redis.mjs';
import { startRedisCluster } from '../local/redis-cluster.mjs';

it('is whole when it says so, and a replica takes the place of a master that was killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'click-recall-cluster-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const files = await ensureRedis({ update: () => undefined });
  const cluster = await startRedisCluster({ dataDir, files, masters: 3, replicas: 1 });
  onTestFinished(() => cluster.stop());
  const redis = createRedis({
    url: `redis://${cluster.address}`,
    cluster: true,
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
  onTestFinished(() => redis.quit());
  await redis.ready(10_000);
  const masters = cluster.nodes.filter((node, place) => node.master === place).map(({ address }) => address);
  expect(redis.masters()).toEqual(masters.toSorted());
  const keys = Array.from({ length: 100 }, (_, place) => `key-${place}`);
  await redis.commands.pipeline(keys.map((key) => ['SET', key, key]));
  // Once all replicas have what was written.
  await eventually(async () => {
    const sizes = await Promise.all(
      cluster.nodes.slice(3).map(async ({ address }) => {
        const node = createRedis({
          url: `redis://${address}`,
          cluster: false,
          logger: createLogger({ service: 'test', level: 'fatal' }),
        });
        await node.ready(10_000);
        const size = Number(await node.commands.call(['DBSIZE']));
        await node.quit();
        return size;
      }),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(keys.length);
  });

  const [first] = cluster.nodes;
  const heir = cluster.nodes.find((node, place) => node.master === 0 && place > 0);
  await first?.kill();
  await eventually(() => redis.masters().includes(heir?.address ?? ''), { deadlineMs: 20_000 });
  await eventually(async () => expect(await redis.commands.pipeline(keys.map((key) => ['GET', key]))).toEqual(keys), {
    deadlineMs: 20_000,
  });
  await first?.start();
  expect(await redis.commands.pipeline(keys.map((key) => ['GET', key]))).toEqual(keys);
});
