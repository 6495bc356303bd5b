// npm run bench -- NAME [options]: sets up what is missing, starts Kafka and Redis of its own where a bench needs them
// and none are given, and runs the bench. Never a timed test: it prints figures.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { startKafka } from './local/kafka.mjs';
import { onInterrupt } from './local/on-interrupt.mjs';
import { startRedis } from './local/redis.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NEEDS_SERVERS = new Set(['ingest', 'freshness', 'recall']);

const [name = '', ...args] = process.argv.slice(2);
const servers = NEEDS_SERVERS.has(name) && !args.includes('--help');

/** @type {(() => Promise<unknown>)[]} */
const closers = [];
let stopped = false;
const close = async () => {
  if (stopped) return;
  stopped = true;
  for (const closer of closers.reverse()) await closer();
};
onInterrupt(() => void close().finally(() => process.exit(130)));

try {
  const installed = await bootstrap({ kafka: servers, redis: servers });
  if (servers) {
    const folder = await mkdtemp(join(tmpdir(), 'click-recall-bench-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    if (installed.kafka) {
      const { kafka: files } = installed;
      const kafka = await startKafka({ dataDir: join(folder, 'kafka'), files, throwaway: true });
      closers.push(() => kafka.stop());
      process.env['KAFKA_BROKERS'] = kafka.address;
    }
    if (installed.redis) {
      const { redis: files } = installed;
      const redis = await startRedis({ dataDir: join(folder, 'redis'), files, persist: false });
      closers.push(() => redis.stop());
      process.env['REDIS_URL'] = `redis://${redis.address}`;
    }
  }
  const { main } = await import(pathToFileURL(join(ROOT, 'bench/dist/main.js')).href);
  process.exitCode = await main(name, args);
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
} finally {
  await close();
}
