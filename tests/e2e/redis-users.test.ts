import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedis, keysOf, type Command, type RedisConnection } from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { ensureRedis } from '../../infra/bootstrap/redis.mjs';
import { startRedis } from '../../infra/local/redis.mjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runScript } from './start-process.js';
import { useWholePipeline } from './use-whole-pipeline.js';
import { startWholePipeline } from './whole-pipeline.js';

const logger = createLogger({ service: 'test', level: 'silent' });
const namespace = randomNamespace('users');
const keys = keysOf(namespace);
const USERS = ['ingest', 'trainer', 'embedder', 'recall', 'console', 'operator'] as const;
type User = (typeof USERS)[number];
let folder = '';
let secrets = '';
let told = '';
let server: Awaited<ReturnType<typeof startRedis>>;
let admin: RedisConnection;
const urls = new Map<User, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-recall-users-'));
  secrets = join(folder, 'secrets');
  const { kafkaBrokers } = testServers();
  const files = await ensureRedis({ update: () => undefined });
  server = await startRedis({ dataDir: join(folder, 'redis'), files, port: 0 });
  const url = `redis://${server.address}`;
  const made = runScript('packages/cli/bin/click-recall.mjs', ['redis-acl', '--out', secrets], {
    NAMESPACE: namespace,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    REDIS_URL: url,
  });
  const code = await made.ended();
  told = made.output();
  if (code !== 0) throw new Error(told);
  for (const user of USERS) {
    const text = await readFile(join(secrets, `${user}.env`), 'utf8');
    urls.set(user, text.trim().slice('REDIS_URL='.length));
  }
  admin = createRedis({ url, cluster: false, logger });
  await admin.ready(10_000);
  // As an `aclfile` would be read: word by word, a selector being one.
  for (const line of (await readFile(join(secrets, 'users.acl'), 'utf8')).trim().split('\n')) {
    const [, name = '', ...rules] = line.match(/\([^)]*\)|\S+/g) ?? [];
    await admin.commands.call(['ACL', 'SETUSER', name, 'reset', ...rules]);
  }
  await admin.commands.call(['ACL', 'SETUSER', 'chief', 'on', '>chief-pass', '~*', '&*', '+@all']);
  await admin.quit();
  admin = createRedis({ url: `redis://chief:chief-pass@${server.address}`, cluster: false, logger });
  await admin.ready(10_000);
  await admin.commands.call(['ACL', 'SETUSER', 'default', 'off']);
});

afterAll(async () => {
  await admin?.quit();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the server would say; nothing is done. */
async function dryRun(user: User, command: Command): Promise<string> {
  return String(await admin.commands.call(['ACL', 'DRYRUN', `${namespace}-${user}`, ...command]));
}

describe('Redis with a user for each service', () => {
  it('lets the whole pipeline work, and nobody is denied anything', async () => {
    await admin.commands.call(['ACL', 'LOG', 'RESET']);
    const { kafkaBrokers } = testServers();
    const options = {
      folder,
      namespace,
      kafkaBrokers,
      // The trainer counts clicks too, and marks each training; so many never come.
      redisOf: (who: string) => ({
        REDIS_URL: urls.get(who === 'cli' ? 'operator' : (who as User)) ?? '',
        ...(who === 'trainer' && { TRAIN_AFTER_CLICKS: '1000000000' }),
      }),
    };
    const pipeline = await startWholePipeline(options);
    onTestFinished(async () => void (await pipeline.stop()));
    try {
      await useWholePipeline(pipeline, options);
      expect((await fetch(`${pipeline.urls.console}/healthz`)).status).toBe(200);
    } finally {
      const denials = (await admin.commands.call(['ACL', 'LOG', 100])) as string[][];
      const denied = denials.map((entry) => [entry[3], entry[5], entry[7], entry[9]].join(' '));
      expect(denied).toEqual([]);
    }
    expect(await pipeline.stop()).toEqual([0, 0, 0, 0, 0]);
  });

  it('is made by files for their owner alone, and no password is shown', async () => {
    expect((await stat(secrets)).mode & 0o777).toBe(0o700);
    const acl = await readFile(join(secrets, 'users.acl'), 'utf8');
    expect((await stat(join(secrets, 'users.acl'))).mode & 0o777).toBe(0o600);
    for (const user of USERS) {
      expect((await stat(join(secrets, `${user}.env`))).mode & 0o777).toBe(0o600);
      const { password } = new URL(urls.get(user) ?? '');
      expect(password.length).toBeGreaterThan(20);
      expect(told + acl).not.toContain(password);
    }
  });

  it.each<[User, Command]>([
    ['recall', ['ZADD', keys.sequence('u'), 1, 'm']],
    ['recall', ['HSET', keys.user('u'), 'revision', 1]],
    ['recall', ['VADD', keys.vectors('v', 'items', 0), 'FP32', 'x', 'i']],
    ['recall', ['SET', keys.userVector('v', 'u'), 'x']],
    ['recall', ['HSET', keys.activation, 'encoder', 'v']],
    ['ingest', ['HSET', `${keys.modelsPrefix}:v`, 'status', 'live']],
    ['ingest', ['HGETALL', `${keys.modelsPrefix}:v`]],
    ['ingest', ['HGETALL', keys.activation]],
    ['ingest', ['HGETALL', `{${namespace}}:bull:train:1`]],
    ['ingest', ['GET', keys.userVector('v', 'u')]],
    ['trainer', ['ZADD', keys.sequence('u'), 1, 'm']],
    ['trainer', ['UNLINK', keys.sequence('u')]],
    ['trainer', ['SET', keys.offset('clicks', 0), '1']],
    ['trainer', ['SET', keys.offset('train-after-clicks', 1), '1']],
    ['embedder', ['ZADD', keys.sequence('u'), 1, 'm']],
    ['embedder', ['HSET', keys.user('u'), 'revision', 1]],
    ['embedder', ['HSET', `${keys.itemsPrefix}:i`, 'title', 'x']],
    ['console', ['HGETALL', keys.activation]],
    ['console', ['ZRANGE', keys.sequence('u'), 0, -1]],
    ['operator', ['UNLINK', keys.sequence('u')]],
    ['operator', ['HSET', keys.activation, 'encoder', 'v']],
    ['operator', ['PUBLISH', keys.activationChannel, 'v']],
  ])('refuses %s the command %j', async (user, command) => {
    expect(await dryRun(user, command)).toMatch(/no permissions/);
  });

  it.each(USERS)('refuses %s what only an administrator does, and the keys of others', async (user) => {
    const commands: Command[] = [
      ...[
        ['FLUSHALL'],
        ['FLUSHDB'],
        ['CONFIG', 'GET', '*'],
        ['CONFIG', 'SET', 'requirepass', ''],
        ['KEYS', '*'],
        ['SCAN', '0'],
      ],
      ...[
        ['DEBUG', 'SLEEP', '0'],
        ['ACL', 'LIST'],
        ['ACL', 'WHOAMI'],
        ['SHUTDOWN'],
        ['MONITOR'],
        ['REPLICAOF', 'a', '1'],
      ],
      ...[
        ['CLIENT', 'KILL', 'TYPE', 'normal'],
        ['MODULE', 'LIST'],
        ['SWAPDB', '0', '1'],
        ['GET', 'somebody-elses'],
      ],
      ...[
        ['GET', `${namespace}x:activation`],
        ['EVALSHA', 'a'.repeat(40), '1', 'somebody-elses'],
        // With no key the queues' own users may call it, as BullMQ does.
        ['EVAL', 'return 1', '1', 'somebody-elses'],
      ],
    ];
    for (const command of commands) expect(await dryRun(user, command)).toMatch(/no permissions/);
  });

  it('ends the start of a service with 1 and says why, where it is refused', async () => {
    const { kafkaBrokers } = testServers();
    const url = new URL(urls.get('ingest') ?? '');
    url.password = 'wrong-password';
    for (const part of ['ingest', 'console']) {
      const service = runScript(`services/${part}/dist/main.js`, [], {
        NAMESPACE: namespace,
        KAFKA_BROKERS: kafkaBrokers.join(','),
        REDIS_URL: url.href,
        INGEST_PORT: '0',
        CONSOLE_PORT: '0',
      });
      expect(await service.ended(), service.output()).toBe(1);
      expect(service.output()).toContain(`refuses ${namespace}-ingest or its password: look at REDIS_URL`);
      expect(service.output()).not.toContain('wrong-password');
    }
  });
});
