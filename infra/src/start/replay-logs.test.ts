import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaClient, pipelineTopics } from '@click-recall/kafka';
import { createLogger, loadConfig } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { afterEach, expect, it } from 'vitest';
import { replayLogs, type Replayed } from './replay-logs.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const task = { update: () => undefined, done: () => undefined, failed: () => undefined };

it('publishes a file once, and wants a training for it until one has gone live', async () => {
  const { kafkaBrokers, redisUrl } = testServers();
  const namespace = randomNamespace('replay');
  const dataFolder = await mkdtemp(join(tmpdir(), 'replay-'));
  const logger = createLogger({ service: 'test', level: 'silent' });
  const client = createKafkaClient({ brokers: kafkaBrokers, clientId: 'replay-test', logger });
  const admin = client.admin();
  const topics = pipelineTopics(namespace);
  cleanups.push(
    () => rm(dataFolder, { recursive: true, force: true }),
    () => client.close(),
    () => admin.deleteTopics(topics.map(({ name }) => name)),
  );
  await admin.ensureTopics(topics);
  const file = join(dataFolder, 'clicks.csv');
  await writeFile(file, 'user,item,time\nu1,i1,900000001\nu1,i2,900000002\n');
  const lines: string[] = [];
  const start = (): Promise<Replayed> =>
    replayLogs({
      input: {
        events: { file, format: 'csv', user: 'user', item: 'item', timestamp: 'time', timestampUnit: 's' },
        items: undefined,
      },
      config: loadConfig({ NAMESPACE: namespace, KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl }),
      dataFolder,
      progress: { start: () => task, line: (text) => void lines.push(text), end: () => undefined },
      signal: new AbortController().signal,
      log: namespace,
    });

  const first = await start();
  expect(first).toMatchObject({ fresh: true, note: { read: 2, published: 2 } });
  expect(lines).toEqual([]);
  // Stopped before the training ended.
  const second = await start();
  expect(second).toMatchObject({ fresh: true, note: { read: 2, published: 2 } });
  expect(lines.join()).toContain('published before');
  await second.trained();
  expect(await start()).toMatchObject({ fresh: false, note: { read: 2, published: 2 } });
});
