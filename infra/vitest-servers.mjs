// vitest's global set-up: one real Kafka and one real Redis for a whole run, where the environment names none.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKafka } from './bootstrap/kafka.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { ensureRedis } from './bootstrap/redis.mjs';
import { startKafka } from './local/kafka.mjs';
import { startRedis } from './local/redis.mjs';

/**
 * Starts what is missing and exports KAFKA_BROKERS and REDIS_URL to the workers.
 *
 * @returns {Promise<() => Promise<void>>} stops it
 */
export async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-test-'));
  /** @type {import('./local/server-process.mjs').LocalServer[]} */
  const servers = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const progress = createProgress();
  const start = async (
    /** @type {string} */ name,
    /** @type {(task: import('./bootstrap/progress.mjs').Task) => Promise<import('./local/server-process.mjs').LocalServer>} */ begin,
  ) => {
    const task = progress.start(name, 'starting for the tests');
    try {
      const server = await begin(task);
      servers.push(server);
      task.done(server.address);
      return server.address;
    } catch (error) {
      task.failed('did not start');
      throw error;
    }
  };
  // 0: any port, so that the default ones stay for servers that are meant to be found there.
  const any = 0;
  const needsRedis = (process.env['REDIS_URL'] ?? '') === '';
  const needsKafka = (process.env['KAFKA_BROKERS'] ?? '') === '';
  const results = await Promise.allSettled([
    needsRedis &&
      start('Redis', async (task) =>
        startRedis({ dataDir: join(folder, 'redis'), files: await ensureRedis(task), port: any, persist: false }),
      ).then((address) => (process.env['REDIS_URL'] = `redis://${address}`)),
    needsKafka &&
      start('Kafka', async (task) =>
        startKafka({ dataDir: join(folder, 'kafka'), files: await ensureKafka(task), port: any, throwaway: true }),
      ).then((address) => (process.env['KAFKA_BROKERS'] = address)),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return stop;
}
