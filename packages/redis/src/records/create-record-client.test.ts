import { openDoor, testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { RedisUnavailableError } from '../connection/errors.js';
import { silent } from '../test-redis.js';
import { createRecordClient } from './create-record-client.js';

const { redisCluster } = testServers();

/** A client that reaches the server by a door; a node of a Cluster would tell it the others' addresses. */
async function behindDoor(replyTimeoutMs?: number) {
  const { host, username, password } = new URL(testServers().redisUrl);
  const door = await openDoor({ to: host });
  onTestFinished(() => door.close());
  const user = password === '' ? '' : `${username}:${password}@`;
  const url = `redis://${user}127.0.0.1:${door.port}`;
  const records = createRecordClient({ url, cluster: false, logger: silent }, replyTimeoutMs);
  onTestFinished(() => records.close());
  await records.ready(10_000);
  const ask = () =>
    records.use(async (connection) => (connection as Exclude<typeof connection, { masters: unknown }>).ping());
  return { door, records, ask };
}

it.skipIf(redisCluster)('gives a server up that does not answer, and comes back to it', async () => {
  const { door, records, ask } = await behindDoor(300);
  await ask();
  door.freeze();
  await expect(ask()).rejects.toThrow(RedisUnavailableError);
  await expect(ask()).rejects.toThrow(RedisUnavailableError);
  door.thaw();
  await records.ready(10_000);
  expect(await ask()).toBe('PONG');
});

it.skipIf(redisCluster)('closes within seconds, though a reply is outstanding', async () => {
  const { door, records, ask } = await behindDoor();
  door.freeze();
  const asked = ask().catch((error: unknown) => error);
  const started = performance.now();
  await records.close();
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(await asked).toBeInstanceOf(RedisUnavailableError);
});
