import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boardQueues } from '@click-recall/jobs';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const TIMEOUT_MS = 120_000;
const BOOT = { deadlineMs: 60_000 };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function start(env: Record<string, string>) {
  const { redisUrl } = testServers();
  const namespace = randomNamespace('trainer');
  const folder = await mkdtemp(join(tmpdir(), 'trainer-'));
  const board = boardQueues({ redisUrl, namespace, logger: silent });
  const service = spawn(process.execPath, [fileURLToPath(new URL('../dist/main.js', import.meta.url))], {
    env: {
      ...process.env,
      NAMESPACE: namespace,
      REDIS_URL: redisUrl,
      TRAINER_PORT: '0',
      REGISTRY_URL: `file:${folder}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [service.stdout, service.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  cleanups.push(
    () => rm(folder, { recursive: true, force: true }),
    () => board.close(),
    () => Promise.all(board.queues.map((queue) => queue.obliterate({ force: true }))),
    () => service.kill('SIGKILL'),
  );
  return { service, board, output: () => output };
}

describe('the trainer as a process', () => {
  it(
    'is ready when Redis answers, keeps the schedule, reports metrics and stops when asked',
    async () => {
      const { service, board, output } = await start({ TRAIN_SCHEDULE: '0 3 * * *', TRAIN_AFTER_CLICKS: '1000' });
      // Redis may be slow to answer, TensorFlow to load.
      await eventually(() => output().includes('takes train, train-ranker, evaluate and export jobs'), BOOT);
      const address = /http:\/\/[\d.]+:\d+/.exec(output())![0];
      await eventually(async () => (await fetch(`${address}/readyz`)).status === 200, BOOT);
      expect(await (await fetch(`${address}/metrics`)).text()).toContain('event_loop_lag_seconds');
      const schedule = board.queues.find(({ name }) => name === 'schedule')!;
      expect(await schedule.getJobSchedulers()).toMatchObject([{ pattern: '0 3 * * *' }]);
      service.kill('SIGTERM');
      expect(await once(service, 'exit')).toEqual([0, null]);
    },
    TIMEOUT_MS,
  );

  it.each([
    ['TRAIN_SCHEDULE', 'every day at three o’clock', /TRAIN_SCHEDULE.*every day/],
    ['MODEL_CONFIG', '{"encoder":{"dim":0}}', /MODEL_CONFIG.*encoder\.dim/],
    ['MODEL_CONFIG', '{"encoder":{"user":"sum"}}', /MODEL_CONFIG.*encoder\.user must be none/],
    ['MODEL_CONFIG', '{"trainer":{"coldStart":{"network":{"epochs":0}}}}', /MODEL_CONFIG.*coldStart\.epochs/],
    ['MODEL_CONFIG', '{"trainer":{"ranker":{"network":{"epochs":0}}}}', /MODEL_CONFIG.*ranker\.network\.epochs/],
    ['MODEL_CONFIG', '{"trainer":{"tolerance":1}}', /MODEL_CONFIG.*tolerance/],
  ])(
    'names %s when it cannot be used: %s',
    async (name, value, said) => {
      const folder = await mkdtemp(join(tmpdir(), 'trainer-'));
      cleanups.push(() => rm(folder, { recursive: true, force: true }));
      const file = join(folder, 'model.json');
      await writeFile(file, value);
      const { service, output } = await start({ [name]: name === 'MODEL_CONFIG' ? file : value });
      const [code] = (await once(service, 'exit')) as [number];
      expect(code).not.toBe(0);
      expect(output()).toMatch(said);
    },
    TIMEOUT_MS,
  );
});
