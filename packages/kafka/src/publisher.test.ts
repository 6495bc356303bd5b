import { RetriableError } from '@click-recall/runtime';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createKafkaClient } from './kafka-client.js';
import { openTestKafka, silent, textOf } from './open-test-kafka.js';

it('tells where each message landed, in the order given', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(4);
  const keys = Array.from({ length: 50 }, (_, index) => `user-${index % 7}`);
  const messages = keys.map((key, index) => ({ key, value: `${index}` }));

  const deliveries = await kafka.client.publisher().publish(topic, messages);

  const landed = new Map<string, string | null>();
  await kafka.collect({
    topics: [topic],
    handleBatch: async ({ partition, messages: read }) =>
      read.forEach((message) => landed.set(`${partition} ${message.offset}`, textOf(message))),
  });
  await eventually(() => landed.size === 50);
  expect(deliveries.map(({ partition, offset }) => landed.get(`${partition} ${offset}`))).toEqual(
    messages.map(({ value }) => value),
  );
});

it('keeps keys, tombstones, bytes and headers', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  await kafka.client.publisher().publish(topic, [
    { key: 'a', value: 'text', headers: { reason: 'why', 'source-offset': '7' } },
    { key: 'b', value: null },
    { key: null, value: Uint8Array.from([0, 255, 1]) },
  ]);
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length === 3);
  expect(messages.map(({ key }) => key)).toEqual(['a', 'b', null]);
  expect(messages[0]?.headers).toEqual({ reason: 'why', 'source-offset': '7' });
  expect(messages[1]?.value).toBeNull();
  expect([...(messages[2]?.value ?? [])]).toEqual([0, 255, 1]);
});

it('keeps the order of what is published at the same time', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const publisher = kafka.client.publisher();
  const all = Array.from({ length: 500 }, (_, index) => `${index}`);
  await Promise.all(all.map((value) => publisher.publish(topic, [{ key: 'one', value }])));
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length === 500);
  expect(messages.map(textOf)).toEqual(all);
});

it('splits what is too much for one request', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic(2);
  const value = 'x'.repeat(100_000);
  const messages = Array.from({ length: 30 }, (_, index) => ({ key: `${index}`, value }));
  const deliveries = await kafka.client.publisher().publish(topic, messages);
  const ends = await kafka.admin.topicEndOffsets(topic);
  expect([...ends.values()].reduce((sum, end) => sum + end, 0n)).toBe(30n);
  expect(new Set(deliveries.map(({ partition, offset }) => `${partition} ${offset}`)).size).toBe(30);
});

it('rejects a message that the broker refuses, and only that one', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const publisher = kafka.client.publisher();
  const results = await Promise.allSettled([
    publisher.publish(topic, [{ key: 'a', value: 'before' }]),
    publisher.publish(topic, [{ key: 'a', value: 'x'.repeat(1_500_000) }]),
    publisher.publish(topic, [{ key: 'a', value: 'after' }]),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('gives up after the time set, with an error that may be tried again', async () => {
  const client = createKafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test', logger: silent });
  onTestFinished(() => client.close());
  const publisher = client.publisher({ giveUpAfterMs: 300 });
  await expect(publisher.publish('any', [{ key: null, value: 'x' }])).rejects.toThrow(RetriableError);
});

it('keeps no timer for what is delivered', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const hourMs = 3_600_000;
  const set = vi.spyOn(globalThis, 'setTimeout');
  const cleared = vi.spyOn(globalThis, 'clearTimeout');
  onTestFinished(() => [set, cleared].forEach((spy) => spy.mockRestore()));

  await kafka.client.publisher({ giveUpAfterMs: hourMs }).publish(topic, [{ key: 'a', value: 'x' }]);

  const deadlines = set.mock.results.filter((_result, index) => (set.mock.calls[index]?.[1] ?? 0) > hourMs / 2);
  expect(deadlines).toHaveLength(1);
  expect(cleared.mock.calls.map(([timer]) => timer)).toContain(deadlines[0]?.value);
});

it('says once that the brokers are away, waits for them and goes on by itself', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const door = await openDoor();
  const said: [boolean, string | undefined][] = [];
  const client = createKafkaClient({
    brokers: [door.address],
    clientId: randomNamespace(),
    logger: silent,
    onReachable: (reachable, reason) => said.push([reachable, reason]),
  });
  onTestFinished(() => client.close());

  const published = client.publisher().publish(topic, [{ key: 'a', value: 'patient' }]);
  await eventually(() => said.length > 0);
  await eventually(() => door.refused() > 10);
  expect(said).toEqual([[false, expect.stringContaining(door.address)]]);

  door.open();
  expect(await published).toEqual([{ partition: 0, offset: '0' }]);
  expect(said.map(([reachable]) => reachable)).toEqual([false, true]);
});

/** An address that hangs up on everybody until it is opened; then it leads to the broker. */
async function openDoor(): Promise<{ address: string; refused(): number; open(): void }> {
  const [host = '', port] = (testServers().kafkaBrokers[0] ?? '').split(':');
  let isOpen = false;
  let refused = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (!isOpen) {
      refused += 1;
      return void socket.destroy();
    }
    const broker = connect({ host, port: Number(port) });
    broker.on('error', () => socket.destroy());
    socket.pipe(broker).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, refused: () => refused, open: () => void (isOpen = true) };
}
