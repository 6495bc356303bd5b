import { createHash } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { eventually, testServers } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testRedis } from '../test-redis.js';
import { createRecordClient } from '../records/create-record-client.js';
import { createRedis } from './create-redis.js';
import { RedisReplyError, RedisUnavailableError } from './errors.js';
import { loadScript } from './load-script.js';
import type { RedisState } from './redis-connection.js';

/** A way to the real server that can be cut and opened again. */
async function doorToRedis() {
  const { hostname, port } = new URL(testServers().redisUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const open = (at: number): Promise<void> => new Promise((resolve) => server.listen(at, '127.0.0.1', () => resolve()));
  await open(0);
  const own = (server.address() as AddressInfo).port;
  const shut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(async () => {
    if (server.listening) await shut();
  });
  return { url: `redis://127.0.0.1:${own}`, shut, open: () => open(own) };
}

function listeningLogger() {
  const lines: string[] = [];
  const write = (_: object, message: string): void => void lines.push(message);
  return { lines, logger: { info: write, warn: write } };
}

describe('a connection', () => {
  it('refuses commands at once while the server is away, says so once, and comes back by itself', async () => {
    const door = await doorToRedis();
    const { lines, logger } = listeningLogger();
    const redis = createRedis({ url: door.url, cluster: false, logger });
    onTestFinished(() => redis.quit());
    const states: RedisState[] = [];
    redis.onState((state) => states.push(state));
    await redis.ready(10_000);
    expect(await redis.commands.call(['ECHO', 'x'])).toBe('x');

    await door.shut();
    await eventually(() => redis.status === 'unreachable');
    await expect(redis.ping()).rejects.toThrow(RedisUnavailableError);
    await expect(redis.commands.pipeline([['PING']])).rejects.toThrow(RedisUnavailableError);
    await expect(redis.commands.run(loadScript('advance-offset'), [{ keys: ['k'], args: ['', '1'] }])).rejects.toThrow(
      RedisUnavailableError,
    );

    await door.open();
    await eventually(() => redis.status === 'ready');
    await redis.ping();
    expect(states).toEqual(['connecting', 'ready', 'unreachable', 'ready']);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`Redis at ${redis.address} cannot be reached`);
    expect(lines[1]).toBe(`Redis at ${redis.address} is back`);
  });

  it('refuses a command whose answer the lost connection took along', async () => {
    const door = await doorToRedis();
    const redis = createRedis({ url: door.url, cluster: false, logger: listeningLogger().logger });
    onTestFinished(() => redis.quit());
    await redis.ready(10_000);
    const waiting = redis.commands.call(['BLPOP', 'never-written-by-anybody', 0]);
    const refused = waiting.catch((error: unknown) => error);
    await door.shut();
    expect(await refused).toBeInstanceOf(RedisUnavailableError);
  });

  it('that never came about says where, and no password', async () => {
    const door = await doorToRedis();
    await door.shut();
    const { lines, logger } = listeningLogger();
    const url = door.url.replace('//', '//someone:hush@');
    const redis = createRedis({ url, cluster: false, logger });
    const error: unknown = await redis.ready(300).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RedisUnavailableError);
    await redis.quit();
    expect(redis.status).toBe('closed');
    await redis.quit();
    expect(lines).toHaveLength(1);
    expect(`${String(error)} ${lines.join(' ')} ${redis.address}`).not.toContain('hush');
    expect(lines[0]).toContain(new URL(door.url).host);
  });

  it('tells what the server answers from its absence', async () => {
    const { redis, namespace } = await testRedis();
    await expect(redis.commands.call(['NOSUCH', 'x'])).rejects.toThrow(RedisReplyError);
    await redis.commands.call(['SET', `${namespace}:s`, 'text']);
    await expect(redis.commands.pipeline([['PING'], ['ZCARD', `${namespace}:s`]])).rejects.toThrow('WRONGTYPE');
  });

  it('gives bytes as bytes and text as text', async () => {
    const { redis, namespace } = await testRedis();
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    await redis.commands.call(['SET', `${namespace}:b`, bytes]);
    expect(await redis.commands.callBytes(['GET', `${namespace}:b`])).toEqual(bytes);
    expect(await redis.commands.pipelineBytes([['GET', `${namespace}:b`]])).toEqual([bytes]);
    expect(await redis.commands.call(['ECHO', 'é😀\0'])).toBe('é😀\0');
  });

  it('runs scripts that the server has lost, each call once', async () => {
    const { redis, namespace } = await testRedis();
    const source = `return redis.call('INCR', KEYS[1]) -- ${namespace}`;
    const script = { name: 'test', source, sha: createHash('sha1').update(source).digest('hex') };
    const calls = Array.from({ length: 2_500 }, () => ({ keys: [`${namespace}:n`], args: [] }));
    const numbers = calls.map((_, index) => index + 1);
    expect((await redis.commands.run(script, calls)).toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers);
  });

  it.skipIf(testServers().redisCluster)('says that it may not load a script, instead of waiting for it', async () => {
    const { redis, namespace } = await testRedis();
    await redis.commands.call(['ACL', 'SETUSER', namespace, 'on', '>word', '~*', '+@all', '-script|load']);
    onTestFinished(async () => void (await redis.commands.call(['ACL', 'DELUSER', namespace])));
    const url = Object.assign(new URL(testServers().redisUrl), { username: namespace, password: 'word' }).href;
    const other = createRedis({ url, cluster: false, logger: listeningLogger().logger });
    onTestFinished(() => other.quit());
    await other.ready(10_000);
    const source = `return 1 -- ${namespace}`;
    const script = { name: 'test', source, sha: createHash('sha1').update(source).digest('hex') };
    const refused: unknown = await other.commands
      .run(script, [{ keys: [], args: [] }])
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RedisReplyError);
    expect(String(refused)).toContain('NOPERM');
  });

  it('closes twice without complaint, and refuses commands then', async () => {
    const { redis } = await testRedis();
    const other = redis.duplicate();
    await other.ready(10_000);
    await other.quit();
    await other.quit();
    await expect(other.ping()).rejects.toThrow(RedisUnavailableError);
    await expect(other.ready()).rejects.toThrow('closed');
    await redis.ping();
  });

  it('is told by a URL without giving it away', () => {
    const { logger } = listeningLogger();
    for (const url of ['hush', 'http://someone:hush@host', 'redis://someone:hush@host/x']) {
      expect(() => createRedis({ url, cluster: false, logger })).toThrow(/^(?!.*hush).*address of Redis/);
    }
  });
});

describe('the connection of records', () => {
  it('refuses work at once while the server is away, and comes back by itself', async () => {
    const door = await doorToRedis();
    const { lines, logger } = listeningLogger();
    const records = createRecordClient({ url: door.url, cluster: false, logger });
    onTestFinished(() => records.close());
    await records.ready(10_000);
    const exists = (): Promise<unknown> => records.use((connection) => connection.exists('x'));
    await exists();
    await door.shut();
    await eventually(() => lines.length === 1);
    await expect(exists()).rejects.toThrow(RedisUnavailableError);
    await door.open();
    await eventually(async () => void (await exists()));
    expect(lines).toHaveLength(2);
  });

  it('that never came about can be closed', async () => {
    const door = await doorToRedis();
    await door.shut();
    const records = createRecordClient({ url: door.url, cluster: false, logger: listeningLogger().logger });
    await expect(records.ready(200)).rejects.toThrow(RedisUnavailableError);
    await records.close();
    await records.close();
  });
});
