import { expect, it } from 'vitest';
import { openTestKafka } from './open-test-kafka.js';

it('creates what is missing and leaves what exists as it is', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(3);
  const config = { name: topic, partitions: 5, cleanup: 'compact', retentionMs: 1 } as const;
  expect(await kafka.admin.ensureTopics([config])).toEqual([]);
  expect((await kafka.admin.topicEndOffsets(topic)).size).toBe(3);
});

it('bears that several make the same topics at the same moment', async () => {
  const kafka = await openTestKafka();
  const admins = [kafka.client.admin(), kafka.client.admin(), kafka.client.admin()];
  const names = [`${kafka.name}.a`, `${kafka.name}.b`];
  const configs = names.map((name) => ({ name, partitions: 1, cleanup: 'delete', retentionMs: -1 }) as const);
  await Promise.all(admins.map((admin) => admin.ensureTopics(configs)));
  expect(await kafka.admin.listTopics()).toEqual(expect.arrayContaining(names));
  await kafka.admin.deleteTopics(names);
});

it('counts as lag all there is, for a group that has committed nothing', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await kafka.client.publisher().publish(topic, [{ key: null, value: 'x' }]);
  expect(await kafka.admin.groupOffsets(kafka.name, topic)).toEqual(new Map());
  expect(await kafka.admin.lag(kafka.name, topic)).toBe(1n);
});
