// npm run faults -- [NAME...] [options]: sets up what is missing and breaks real processes on a Kafka and a Redis of its own;
// see tests/faults/README.md.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { ensureKafka } from './bootstrap/kafka.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { ensureRedis } from './bootstrap/redis.mjs';
import { startKafka } from './local/kafka.mjs';
import { onInterrupt } from './local/on-interrupt.mjs';
import { freePort } from './local/ports.mjs';
import { startRedisCluster } from './local/redis-cluster.mjs';
import { startRedis } from './local/redis.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const quiet = { update: () => undefined };

const interrupted = new AbortController();
onInterrupt(() => interrupted.abort());

try {
  const progress = createProgress();
  await bootstrap({ progress, kafka: false, redis: false });
  // Its own servers whatever the environment names: these get killed.
  const [kafka, redis] = [await ensureKafka(quiet), await ensureRedis(quiet)];
  const { main } = await import(pathToFileURL(join(ROOT, 'tests/faults/dist/main.js')).href);
  process.exitCode = await main(process.argv.slice(2), {
    servers: {
      startKafka: (/** @type {import('./local/kafka.mjs').KafkaOptions} */ options) =>
        startKafka({ ...options, files: kafka, throwaway: true }),
      startRedis: (/** @type {import('./local/redis.mjs').RedisOptions} */ options) =>
        startRedis({ ...options, files: redis }),
      startRedisCluster: (/** @type {import('./local/redis-cluster.mjs').RedisClusterOptions} */ options) =>
        startRedisCluster({ ...options, files: redis }),
      freePort: () => freePort(0),
    },
    progress,
    signal: interrupted.signal,
    write: (/** @type {string} */ text) => process.stdout.write(text),
  });
  progress.end();
  // A row that was interrupted may still wait for something that will never come.
  if (interrupted.signal.aborted) process.exit(130);
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
