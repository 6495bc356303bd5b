import { eventually, openDoor } from '@click-recall/testing';
import { Queue } from 'bullmq';
import { expect, it } from 'vitest';
import { createConnector } from './connection.js';
import { JobFailedError } from './job-failure.js';
import { cancelKey, queuePrefix } from './keys.js';
import { cleanups, kept, open, silent, testRedis } from './open-test-jobs.js';
import { startWorker } from './start-worker.js';

const { redisUrl, redisCluster } = testRedis();

it.skipIf(redisCluster)(
  'a job that is taken while Redis does not say what an operator wants waits for it',
  async () => {
    const { jobs, namespace } = open();
    const door = await openDoor({ to: new URL(redisUrl).host });
    cleanups.push(async () => door.close());
    const prefix = queuePrefix(namespace);
    const connection = { host: '127.0.0.1', port: door.port, protocol: 2, commandTimeout: 300 } as const;
    const queue = new Queue('train-ranker', { connection, prefix });
    cleanups.push(() => queue.close());
    await queue.waitUntilReady();
    door.freeze();

    const warnings: string[] = [];
    const id = await jobs.startRanker('v1');
    kept(
      startWorker({
        name: 'train-ranker',
        process: () => Promise.reject(new JobFailedError('ranker-rejected', 'no better')),
        options: {},
        connection: createConnector(testRedis()).for('worker'),
        prefix,
        queue,
        cancelKey: (job) => cancelKey(namespace, 'train-ranker', job),
        logger: { ...silent, warn: (_, message) => void warnings.push(message) },
        onError: () => undefined,
        onFinished: undefined,
      }),
    );
    // More often than it has attempts.
    await eventually(() => warnings.filter((line) => line.includes('waits for what is away')).length > 3);
    door.thaw();
    expect(await jobs.waitFor('train-ranker', id, { timeoutMs: 20_000, pollMs: 20 })).toEqual({
      kind: 'failed',
      failure: { code: 'ranker-rejected', message: 'no better' },
    });
  },
);
