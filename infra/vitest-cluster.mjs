// vitest's global set-up of the tests on a Redis Cluster: three masters of its own, and Kafka as for all tests.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asTask, createProgress } from './bootstrap/progress.mjs';
import { ensureRedis } from './bootstrap/redis.mjs';
import { startRedisCluster } from './local/redis-cluster.mjs';
import { setup as setupServers } from './vitest-servers.mjs';

/**
 * Starts the Cluster and exports REDIS_URL and REDIS_CLUSTER to the workers.
 *
 * @returns {Promise<() => Promise<void>>} stops it
 */
export async function setup() {
  const dataDir = await mkdtemp(join(tmpdir(), 'click-recall-cluster-'));
  const cluster = await asTask(
    createProgress(),
    { name: 'Redis Cluster', text: 'starting for the tests' },
    async (task) => startRedisCluster({ dataDir, files: await ensureRedis(task) }),
    ({ nodes }) => nodes.map(({ address }) => address).join(', '),
  );
  process.env['REDIS_URL'] = `redis://${cluster.address}`;
  process.env['REDIS_CLUSTER'] = 'true';
  const stopServers = await setupServers();
  return async () => {
    await Promise.all([cluster.stop(), stopServers()]);
    await rm(dataDir, { recursive: true, force: true });
  };
}
