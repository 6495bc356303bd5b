import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createItemStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  keysOf,
  RedisUnavailableError,
  type Command,
  type RedisConnection,
} from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { ensureRedis } from '../bootstrap/redis.mjs';
import { startRedisCluster, type RedisCluster } from '../local/redis-cluster.mjs';

const logger = createLogger({ service: 'test', level: 'fatal' });
const namespace = 'test';
const USERS = Array.from({ length: 60 }, (_, place) => `user ${place}`);
const ITEMS = Array.from({ length: 60 }, (_, place) => `item ${place}`);

async function startCluster(options: { replicas?: number; persist?: boolean } = {}): Promise<RedisCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'click-recall-cluster-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const files = await ensureRedis({ update: () => undefined });
  const cluster = await startRedisCluster({ dataDir, files, ...options });
  onTestFinished(() => cluster.stop());
  return cluster;
}

async function connect(address: string, cluster: boolean): Promise<RedisConnection> {
  const redis = createRedis({ url: `redis://${address}`, cluster, logger });
  onTestFinished(() => redis.quit());
  await redis.ready(10_000);
  return redis;
}

function openStore(redis: RedisConnection) {
  const store = createSequenceStore(redis, { namespace, keep: 1_000, seenKeep: 1_000 });
  const click = (userId: string, time: number) => ({
    userId,
    operations: [
      { kind: 'add', timestamp: time, eventId: `e${time}`, itemId: `i${time}`, appendTimeMs: time } as const,
    ],
  });
  return { store, click };
}

it('is whole when it says so, and a replica takes the place of a master that was killed', async () => {
  const cluster = await startCluster({ replicas: 1 });
  const redis = await connect(cluster.address, true);
  const masters = cluster.nodes.filter((node, place) => node.master === place).map(({ address }) => address);
  expect(redis.masters()).toEqual(masters.toSorted());
  const { store, click } = openStore(redis);
  await store.applyBatch(USERS.map((userId) => click(userId, 1)));
  const sizeOf = async (command: (redis: RedisConnection) => Promise<unknown>, addresses: string[]) => {
    const sizes = await Promise.all(
      addresses.map(async (address) => Number(await command(await connect(address, false)))),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const size = ({ commands }: RedisConnection) => commands.call(['DBSIZE']);
  const replicas = cluster.nodes.slice(masters.length).map(({ address }) => address);
  await eventually(async () => expect(await sizeOf(size, replicas)).toBe(await sizeOf(size, masters)));

  const [first] = cluster.nodes;
  const heir = cluster.nodes.find((node, place) => node.master === 0 && place > 0);
  await first?.kill();
  await eventually(() => redis.masters().includes(heir?.address ?? ''), { deadlineMs: 20_000 });
  // The heir does not know the scripts that its master had.
  await eventually(() => store.applyBatch(USERS.map((userId) => click(userId, 2))), { deadlineMs: 20_000 });
  expect((await store.read(USERS)).every(({ events }) => events.length === 2)).toBe(true);
});

it('knows a master that was started again at its address by another run, and counts the break', async () => {
  const cluster = await startCluster({ persist: true });
  const redis = await connect(cluster.address, true);
  const runs = (): Promise<string[]> => redis.masterRuns();
  const before = await runs();
  expect(before.map((run) => run.split(' ')[0])).toEqual(redis.masters());
  expect(before.every((run) => /^\S+ \w{40}$/.test(run))).toBe(true);
  expect(await runs()).toEqual(before);
  const { store, click } = openStore(redis);
  await store.applyBatch(USERS.map((userId) => click(userId, 1)));
  const breaks = redis.breaks();

  const [, second] = cluster.nodes;
  await second?.kill();
  await second?.start();
  await eventually(() => store.applyBatch(USERS.map((userId) => click(userId, 2))), { deadlineMs: 20_000 });
  expect(redis.breaks()).toBeGreaterThan(breaks);
  const after = await eventually(runs, { deadlineMs: 20_000 });
  expect(after.filter((run) => !before.includes(run)).map((run) => run.split(' ')[0])).toEqual([second?.address]);
});

it.each([
  ['is gone for good', false],
  ['comes back as a replica', true],
])('writes items on when a master was replaced that %s', async (_, comesBack) => {
  const cluster = await startCluster({ replicas: 1, persist: true });
  const redis = await connect(cluster.address, true);
  const records = createRecordClient({ url: `redis://${cluster.address}`, cluster: true, logger });
  onTestFinished(() => records.close());
  await records.ready(10_000);
  const items = createItemStore(records, redis, { namespace });
  const titled = (title: string) => ITEMS.map((itemId) => ({ version: 1 as const, itemId, title }));
  await items.upsert(titled('before'));

  // The one that the clients were told of.
  const [first] = cluster.nodes;
  const heir = cluster.nodes.find((node, place) => node.master === 0 && place > 0);
  await first?.kill();
  await eventually(() => redis.masters().includes(heir?.address ?? ''), { deadlineMs: 20_000 });
  if (comesBack) await first?.start();
  await eventually(() => items.upsert(titled('after')), { deadlineMs: 20_000 });
  expect((await items.get(ITEMS)).every((item) => item?.title === 'after')).toBe(true);
});

it('refuses what a master that is down holds, goes on with the rest, and is not ready until it is back', async () => {
  const cluster = await startCluster({ persist: true });
  const redis = await connect(cluster.address, true);
  const { store, click } = openStore(redis);
  await store.applyBatch(USERS.map((userId) => click(userId, 1)));
  const [, second] = cluster.nodes;
  await second?.kill();
  await eventually(async () => expect(await settled(redis.ping())).toBeInstanceOf(RedisUnavailableError));
  const outcomes = await Promise.all(USERS.map((userId) => settled(store.read([userId]))));
  const refused = outcomes.filter((outcome) => outcome instanceof Error);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(USERS.length);
  for (const error of refused) expect(error).toBeInstanceOf(RedisUnavailableError);
  expect(redis.status).toBe('ready');

  await second?.start();
  await eventually(() => redis.ping());
  await eventually(() => store.applyBatch(USERS.map((userId) => click(userId, 2))));
  expect((await store.read(USERS)).every(({ events }) => events.length === 2)).toBe(true);
});

it('applies clicks while the slot of their user moves to another master', async () => {
  const cluster = await startCluster();
  const redis = await connect(cluster.address, true);
  const { store, click } = openStore(redis);
  const userId = 'somebody';
  let time = 0;
  const apply = (): Promise<unknown> => store.applyBatch([click(userId, (time += 1))]);
  await apply();
  const keys = keysOf(namespace);
  const slot = Number(await redis.commands.call(['CLUSTER', 'KEYSLOT', keys.user(userId)]));
  const nodes = await Promise.all(cluster.nodes.map(({ address }) => connect(address, false)));
  const held = await Promise.all(
    nodes.map(async ({ commands }) => Number(await commands.call(['CLUSTER', 'COUNTKEYSINSLOT', slot]))),
  );
  const from = nodes[held.findIndex((count) => count > 0)]!;
  const to = nodes[held.indexOf(0)]!;
  const idOf = async ({ commands }: RedisConnection) => String(await commands.call(['CLUSTER', 'MYID']));
  const [source, target] = await Promise.all([idOf(from), idOf(to)]);
  const port = Number(to.address.split(':')[1]);
  const move = (key: string): Command => ['MIGRATE', '127.0.0.1', port, key, 0, 5_000];

  await to.commands.call(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', source]);
  await from.commands.call(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', target]);
  await apply();
  // Now the user's keys are apart, and a step that needs all of them waits until they are together again.
  await from.commands.call(move(keys.seen(userId)));
  const waiting = apply();
  await from.commands.call(move(keys.sequence(userId)));
  await from.commands.call(move(keys.user(userId)));
  await waiting;
  // All of them are over there, where the slot does not belong yet: the way is by ASK.
  await apply();
  for (const { commands } of [to, from, ...nodes]) await commands.call(['CLUSTER', 'SETSLOT', slot, 'NODE', target]);
  await apply();
  const [sequence] = await store.read([userId]);
  expect(sequence?.events.map(({ timestamp }) => timestamp)).toEqual(
    Array.from({ length: time }, (_, place) => place + 1),
  );
});

function settled<T>(promise: Promise<T>): Promise<T | Error> {
  return promise.catch((error: unknown) => error as Error);
}
