import { RetriableError } from '@click-recall/runtime';
import { eventually, testServers } from '@click-recall/testing';
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ConsumedMessage } from './message.js';
import { openTestKafka, textOf, type TestKafka } from './open-test-kafka.js';

async function publishNumbers(kafka: TestKafka, topic: string, count: number, from = 0): Promise<string[]> {
  const values = Array.from({ length: count }, (_, index) => `${from + index}`);
  await kafka.client.publisher().publish(
    topic,
    values.map((value) => ({ key: value, value })),
  );
  return values;
}

function signalled(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

const inOrder = (messages: readonly ConsumedMessage[]) =>
  messages
    .map(textOf)
    .map(Number)
    .sort((a, b) => a - b);

it('reads every message once and with the broker’s append time', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(4);
  const before = Date.now();
  await publishNumbers(kafka, topic, 1000);
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length >= 1000);
  expect(inOrder(messages)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  for (const { appendTimeMs } of messages) {
    expect(appendTimeMs).toBeGreaterThanOrEqual(before - 1000);
    expect(appendTimeMs).toBeLessThanOrEqual(Date.now() + 1000);
  }
});

it('goes on after a restart where it stopped', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(2);
  await publishNumbers(kafka, topic, 100);
  const first = await kafka.collect({ topics: [topic] });
  await eventually(() => first.messages.length === 100);
  await first.subscriber.stop();
  expect(await kafka.admin.lag(kafka.name, topic)).toBe(0n);

  await publishNumbers(kafka, topic, 50, 100);
  expect(await kafka.admin.lag(kafka.name, topic)).toBe(50n);
  const second = await kafka.collect({ topics: [topic] });
  await eventually(() => second.messages.length === 50);
  expect(inOrder(second.messages)[0]).toBe(100);
});

it('commits in the background, so that others see the lag fall to 0', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 10);
  const lags: number[] = [];
  await kafka.collect({ topics: [topic], onLag: (_partition, lag) => lags.push(lag) });
  await eventually(async () => (await kafka.admin.lag(kafka.name, topic)) === 0n);
  expect(lags.at(-1)).toBe(0);
});

it('starts where resumeFrom says, before and after what the group committed', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 20);
  const first = await kafka.collect({ topics: [topic] });
  await eventually(() => first.messages.length === 20);
  await first.subscriber.stop();

  const back = await kafka.collect({ topics: [topic], resumeFrom: async () => '5' });
  await eventually(() => back.messages.length === 15);
  expect(back.messages[0]?.offset).toBe('5');
  await back.subscriber.stop();

  const ahead = await kafka.collect({ topics: [topic], resumeFrom: async () => '20' });
  await publishNumbers(kafka, topic, 1, 20);
  await eventually(() => ahead.messages.length > 0);
  expect(ahead.messages[0]?.offset).toBe('20');
});

it('starts at the oldest message there is when resumeFrom points at what retention has deleted', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 20);
  const raw = new kafkajs.Kafka({ brokers: testServers().kafkaBrokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await raw.connect();
  await raw.fetchTopicMetadata({ topics: [topic] });
  await raw.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '8' }] });
  await raw.disconnect();
  const { messages } = await kafka.collect({ topics: [topic], resumeFrom: async () => '0' });
  await eventually(() => messages.length === 12);
  expect(messages[0]?.offset).toBe('8');
});

it('asks resumeFrom again while it fails retriably, and handles nothing before it is known', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 10);
  let asked = 0;
  const { messages } = await kafka.collect({
    topics: [topic],
    resumeFrom: async () => {
      asked += 1;
      if (asked < 3) throw new RetriableError('the store is away');
      return '4';
    },
  });
  await eventually(() => messages.length === 6);
  expect(messages[0]?.offset).toBe('4');
});

it('sees a batch again after seek, and does not commit it', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 10);
  const offsets: string[] = [];
  let sought = false;
  await kafka.collect({
    topics: [topic],
    handleBatch: async (batch, control) => {
      offsets.push(batch.messages[0]?.offset ?? '');
      if (sought) return;
      sought = true;
      control.seek('3');
      expect(control.isStale()).toBe(true);
      expect(await kafka.admin.groupOffsets(kafka.name, topic)).toEqual(new Map());
    },
  });
  await eventually(() => offsets.length === 2);
  expect(offsets).toEqual(['0', '3']);
});

it('does not commit a batch whose handler was told that it is stale', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 10);
  const started = signalled();
  const { subscriber } = await kafka.collect({
    topics: [topic],
    handleBatch: async (_batch, control) => {
      started.resolve();
      await eventually(() => control.isStale(), { everyMs: 1 });
    },
  });
  await started.promise;
  await subscriber.stop();
  expect(await kafka.admin.lag(kafka.name, topic)).toBe(10n);
});

it('tries a batch again after an error that may pass', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 3);
  let attempts = 0;
  const done: string[] = [];
  await kafka.collect({
    topics: [topic],
    handleBatch: async (batch) => {
      attempts += 1;
      if (attempts < 3) throw new RetriableError('not now');
      done.push(...batch.messages.map(({ offset }) => offset));
    },
  });
  await eventually(() => done.length === 3);
  expect(attempts).toBe(3);
});

it('ends in onCrash with the error itself when it will not pass, and commits nothing of the batch', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await publishNumbers(kafka, topic, 3);
  const mistake = new TypeError('a mistake in the code');
  const crash = await new Promise<Error>((resolve, reject) => {
    kafka
      .collect({
        topics: [topic],
        handleBatch: () => Promise.reject(mistake),
        onCrash: resolve,
      })
      .catch(reject);
  });
  expect(crash).toBe(mistake);
  expect(await kafka.admin.groupOffsets(kafka.name, topic)).toEqual(new Map());
});

it('shares the partitions between members, without losing a message when one leaves', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(4);
  const first = await kafka.collect({ topics: [topic] });
  await eventually(() => first.subscriber.assigned().length === 4);
  const second = await kafka.collect({ topics: [topic] });
  await eventually(() => first.subscriber.assigned().length === 2 && second.subscriber.assigned().length === 2);
  await publishNumbers(kafka, topic, 200);
  await eventually(() => first.messages.length + second.messages.length >= 200);
  await first.subscriber.stop();
  await publishNumbers(kafka, topic, 200, 200);
  await eventually(() => new Set(inOrder([...first.messages, ...second.messages])).size === 400);
  expect(second.subscriber.assigned()).toHaveLength(4);
});

it('stays a member of its group when the clock steps back', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(4);
  const first = await kafka.collect({ topics: [topic] });
  await eventually(() => first.subscriber.assigned().length === 4);

  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() - 3_600_000);
  // It hears of the newcomer, and goes on as one of two.
  const second = await kafka.collect({ topics: [topic] });
  await eventually(() => {
    expect(second.subscriber.assigned()).toHaveLength(2);
    expect(first.subscriber.assigned()).toHaveLength(2);
  });
}, 40_000);

it('fetches nothing while paused', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const { messages, subscriber } = await kafka.collect({ topics: [topic] });
  await publishNumbers(kafka, topic, 1);
  await eventually(() => messages.length === 1);
  subscriber.pause();
  await publishNumbers(kafka, topic, 1, 1);
  // Another group reads the message that the paused one leaves alone.
  const witness = await kafka.collect({ topics: [topic], groupId: `${kafka.name}-witness` });
  await eventually(() => witness.messages.length === 2);
  expect(messages).toHaveLength(1);
  subscriber.resume();
  await eventually(() => messages.length === 2);
});

it('steps over the markers of transactions, so that the lag falls to 0', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const producer = new kafkajs.Kafka({
    brokers: testServers().kafkaBrokers,
    logLevel: kafkajs.logLevel.NOTHING,
  }).producer({
    transactionalId: kafka.name,
    maxInFlightRequests: 1,
    idempotent: true,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const { messages } = await kafka.collect({ topics: [topic] });
  for (const end of ['commit', 'abort'] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: end }] });
    await transaction[end]();
  }
  await producer.disconnect();
  await eventually(async () => (await kafka.admin.lag(kafka.name, topic)) === 0n);
  expect(messages.map(textOf)).toEqual(['commit']);
  expect(await kafka.admin.topicEndOffsets(topic)).toEqual(new Map([[0, 4n]]));
});
