import { RetriableError } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { behindDoor } from './open-test-door.js';
import { openTestKafka } from './open-test-kafka.js';

it('notices that a broker has fallen silent while nobody has anything to send or to read, and that it is back', async () => {
  const { client, door, said } = await behindDoor();
  await client.admin().waitUntilReachable();
  expect(said).toEqual([true]);
  door.freeze();
  await eventually(() => expect(said).toEqual([true, false]), { deadlineMs: 12_000 });
  door.thaw();
  await eventually(() => expect(said).toEqual([true, false, true]), { deadlineMs: 12_000 });
}, 40_000);

it('tells whoever publishes in time that a broker does not answer, also behind a request that is under way', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const { client, door } = await behindDoor();
  const publisher = client.publisher({ giveUpAfterMs: 1_000 });
  await publisher.publish(topic, [{ key: 'a', value: 'before' }]);
  door.freeze();
  const started = performance.now();
  const first = publisher.publish(topic, [{ key: 'a', value: 'under way' }]);
  const second = publisher.publish(topic, [{ key: 'a', value: 'behind it' }]);
  await expect(first).rejects.toThrow(RetriableError);
  await expect(second).rejects.toThrow(RetriableError);
  expect(performance.now() - started).toBeLessThan(5_000);
}, 30_000);

it('closes within seconds whatever is under way with a broker that does not answer', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const { client, door } = await behindDoor();
  const publisher = client.publisher();
  await publisher.publish(topic, [{ key: 'a', value: 'before' }]);
  const handled: Promise<unknown>[] = [];
  const subscriber = client.subscriber({
    groupId: kafka.name,
    topics: [topic],
    fromBeginning: true,
    handleBatch: async () => {
      door.freeze();
      const published = publisher.publish(topic, [{ key: 'a', value: 'of a batch' }]);
      handled.push(published.catch((error: unknown) => error));
      await published;
    },
    onCrash: () => undefined,
  });
  await subscriber.start();
  await eventually(() => handled.length > 0);
  const started = performance.now();
  await client.close();
  expect(performance.now() - started).toBeLessThan(12_000);
  await expect(handled[0]).resolves.toBeInstanceOf(RetriableError);
}, 40_000);

it('goes on with a broker that was frozen when the connection was made, once it answers', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const { client, door } = await behindDoor();
  door.freeze();
  const admin = client.admin();
  const publisher = client.publisher();
  const read: unknown[] = [];
  const crashes: Error[] = [];
  const subscriber = client.subscriber({
    groupId: kafka.name,
    topics: [topic],
    fromBeginning: true,
    handleBatch: async ({ messages }) => void read.push(...messages),
    onCrash: (error) => crashes.push(error),
  });
  const published = publisher.publish(topic, [{ key: 'a', value: 'patient' }]);
  const started = subscriber.start();
  // Their first tries fail in the middle of the connection.
  await expect(admin.listTopics()).rejects.toBeInstanceOf(Error);
  door.thaw();
  await eventually(async () => (await admin.listTopics()).includes(topic), { deadlineMs: 20_000 });
  expect(await published).toEqual([{ partition: 0, offset: '0' }]);
  await started;
  await eventually(() => read.length === 1, { deadlineMs: 20_000 });
  expect(crashes).toEqual([]);
}, 80_000);
