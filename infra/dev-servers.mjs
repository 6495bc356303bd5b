#!/usr/bin/env node
// Runs one Kafka and one Redis in the foreground, to be kept between test runs:
//   node infra/dev-servers.mjs [--kafka-port P] [--redis-port P] [--data DIR]
// and in other terminals the export line that it prints. Ctrl-C stops both. Without --data nothing is kept.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureKafka } from './bootstrap/kafka.mjs';
import { asTask, createProgress } from './bootstrap/progress.mjs';
import { ensureRedis } from './bootstrap/redis.mjs';
import { startKafka } from './local/kafka.mjs';
import { onInterrupt } from './local/on-interrupt.mjs';
import { startRedis } from './local/redis.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'kafka-port': { type: 'string', default: '9092' },
    'redis-port': { type: 'string', default: '6379' },
  },
});

const progress = createProgress();

/**
 * @template T
 * @param {string} name
 * @param {(task: import('./bootstrap/progress.mjs').Task) => Promise<T>} work
 * @param {(result: T) => string} told
 * @returns {Promise<T>}
 */
function step(name, work, told) {
  return asTask(progress, { name, text: 'looking' }, work, told);
}

const stop = new AbortController();
onInterrupt(() => stop.abort());

/** @type {import('./local/server-process.mjs').LocalServer[]} */
const servers = [];
const persist = values.data !== undefined;
const data = values.data === undefined ? await mkdtemp(join(tmpdir(), 'click-recall-dev-')) : resolve(values.data);
try {
  const redisFiles = await step('Redis files', ensureRedis, (files) => files.version);
  const kafkaFiles = await step('Kafka files', ensureKafka, (files) => files.version);
  const redisOptions = { dataDir: join(data, 'redis'), files: redisFiles, persist };
  const redis = await step(
    'Redis',
    () => startRedis({ ...redisOptions, port: Number(values['redis-port']) }),
    (server) => server.address,
  );
  servers.push(redis);
  const kafka = await step(
    'Kafka',
    () => startKafka({ dataDir: join(data, 'kafka'), files: kafkaFiles, port: Number(values['kafka-port']) }),
    (server) => server.address,
  );
  servers.push(kafka);
  process.stdout.write(`export KAFKA_BROKERS=${kafka.address} REDIS_URL=redis://${redis.address}\n`);
  const stopped = new Promise((done) => stop.signal.addEventListener('abort', done, { once: true }));
  // Holds the process up until a signal comes or a server ends by itself.
  const hold = setInterval(() => undefined, 60_000);
  const ended = Promise.race(servers.map((server) => server.exited));
  if (!stop.signal.aborted) await Promise.race([stopped, ended]);
  clearInterval(hold);
  if (!stop.signal.aborted)
    throw new Error(`a server ended by itself; logs: ${servers.map((s) => s.logFile).join(', ')}`);
} catch (error) {
  progress.end();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  if (!persist) await rm(data, { recursive: true, force: true });
}
