import { testServers } from '@click-recall/testing';
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import type { KafkaAdmin } from './admin.js';
import type { KafkaClient } from './kafka-client.js';
import { openTestKafka, textOf, type TestKafka } from './open-test-kafka.js';
import { readTopic } from './read-topic.js';

async function read(kafka: TestKafka, topic: string, from?: ReadonlyMap<number, bigint>): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  await readTopic(kafka.client, {
    topic,
    groupPrefix: kafka.name,
    ...(from && { from }),
    onBatch: ({ messages }) => void texts.push(...messages.map(textOf)),
  });
  return texts;
}

it('reads what is there, once, and ends: everything, from a place on, nothing', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(3);
  expect(await read(kafka, topic)).toEqual([]);
  const values = Array.from({ length: 90 }, (_, index) => String(index));
  await kafka.client.publisher().publish(
    topic,
    values.map((value) => ({ key: value, value })),
  );
  expect((await read(kafka, topic)).toSorted((a, b) => Number(a) - Number(b))).toEqual(values);
  const ends = await kafka.admin.topicEndOffsets(topic);
  const oneBack = new Map([...ends].map(([partition, end]) => [partition, end - 1n]));
  expect(await read(kafka, topic, oneBack)).toHaveLength(3);
});

it('ends behind the markers of transactions', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const producer = new kafkajs.Kafka({
    brokers: testServers().kafkaBrokers,
    logLevel: kafkajs.logLevel.NOTHING,
  }).producer({ transactionalId: kafka.name, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  for (const end of ['commit', 'abort'] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: end }] });
    await transaction[end]();
  }
  await producer.disconnect();
  expect(await read(kafka, topic)).toEqual(['commit']);
});

it('leaves no connection open, whether there was something to read or not', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const open = new Set<KafkaAdmin>();
  const client: KafkaClient = {
    ...kafka.client,
    admin() {
      const admin = kafka.client.admin();
      open.add(admin);
      return { ...admin, close: () => admin.close().finally(() => open.delete(admin)) };
    },
  };
  for (const texts of [[], ['x']]) {
    if (texts.length > 0) await kafka.client.publisher().publish(topic, [{ key: null, value: 'x' }]);
    expect(await read({ ...kafka, client }, topic)).toEqual(texts);
    expect(open.size).toBe(0);
  }
});

it('leaves no group behind', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await kafka.client.publisher().publish(topic, [{ key: null, value: 'x' }]);
  const admin = new kafkajs.Kafka({ brokers: testServers().kafkaBrokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  onTestFinished(() => admin.disconnect());
  const groups = async () =>
    (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(kafka.name));
  const during: string[] = [];
  await readTopic(kafka.client, {
    topic,
    groupPrefix: kafka.name,
    onBatch: async () => void during.push(...(await groups())),
  });
  expect(during).toHaveLength(1);
  expect(await groups()).toEqual([]);
});

it('ends with the error of its reader', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await kafka.client.publisher().publish(topic, [{ key: null, value: 'x' }]);
  const mistake = new Error('a mistake');
  const reading = readTopic(kafka.client, {
    topic,
    groupPrefix: kafka.name,
    onBatch: () => Promise.reject(mistake),
  });
  await expect(reading).rejects.toBe(mistake);
});
