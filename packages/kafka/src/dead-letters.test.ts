import { eventually } from '@click-recall/testing';
import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createDeadLetters } from './dead-letters.js';
import type { ConsumedMessage, OutgoingMessage } from './message.js';
import { openTestKafka } from './open-test-kafka.js';
import { letterId, readDeadLetter } from './read-dead-letter.js';
import { createSettle } from './settle.js';

const rejection = { reason: 'wrong-type', field: 'userId', message: 'expected a string' } as const;
const source = { topic: 'clicks', partition: 3 };

function message(value: Uint8Array | null, more: Partial<ConsumedMessage> = {}): ConsumedMessage {
  return { key: 'u1', value, offset: '42', appendTimeMs: 0, headers: {}, ...more };
}

/** Writes letters to a real topic, and gives what is read of it. */
async function written(messages: ConsumedMessage[]): Promise<ConsumedMessage[]> {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const letters = createDeadLetters({ publisher: kafka.client.publisher(), topic, service: 'ingest' });
  await letters.write(messages.map((each) => ({ source, message: each, rejection })));
  const { messages: read } = await kafka.collect({ topics: [topic] });
  await eventually(() => read.length === messages.length);
  return read;
}

describe('a dead letter', () => {
  it('keeps the original bytes, and says why and where from', async () => {
    const bytes = Uint8Array.from([0x7b, 0xff, 0x00]);
    const [first, second] = await written([message(bytes), message(null)]);
    expect([...(first?.value ?? [])]).toEqual([...bytes]);
    expect(second?.value).toBeNull();
    expect(first?.headers).toEqual({
      reason: 'wrong-type',
      field: 'userId',
      message: 'expected a string',
      service: 'ingest',
      'source-topic': 'clicks',
      'source-partition': '3',
      'source-offset': '42',
      'source-append-time': '0',
    });
  });

  it('keeps key and headers, those that are no text and names that repeat or are ours included', async () => {
    const kafka = await openTestKafka();
    const [from, to] = [await kafka.topic(), await kafka.topic()];
    const key = Buffer.from([0xff, 0x00, 0x31]);
    const headers = { reason: ['mine', Buffer.from([0xfe])], trace: 'abc' };
    await kafka.client.publisher().publish(from, [{ key, value: '{', headers }]);
    const letters = createDeadLetters({ publisher: kafka.client.publisher(), topic: to, service: 'ingest' });
    await kafka.collect({
      topics: [from],
      handleBatch: async ({ messages, ...partition }) => {
        await letters.write(messages.map((each) => ({ source: partition, message: each, rejection })));
      },
    });
    const { messages } = await kafka.collect({ topics: [to], groupId: `${kafka.name}-letters` });
    await eventually(() => messages.length === 1);
    const read = messages[0] && readDeadLetter(messages[0]);
    if (read?.ok !== true) throw new Error('expected a letter');
    expect(read.letter).toMatchObject({ reason: 'wrong-type', truncated: false, originalBytes: 1, service: 'ingest' });
    expect(letterId(read.letter)).toBe(`${from}/0/0`);
    expect(key.equals(read.letter.key ?? Buffer.alloc(0))).toBe(true);
    expect(read.letter.headers).toEqual({
      reason: [Buffer.from('mine'), Buffer.from([0xfe])],
      trace: [Buffer.from('abc')],
    });
  });

  it('is cut where it would not fit again, and says so: value, key, headers', async () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`h${index}`, [Buffer.from('x')]]));
    const longKey = 'k'.repeat(140_000);
    const [value, key, headers] = await written([
      message(new Uint8Array(1_048_000)),
      message(new Uint8Array(899_000), { key: longKey }),
      message(new Uint8Array(600_000), { raw: { key: Buffer.from('u1'), headers: many } }),
    ]);
    expect(value?.headers['original-bytes']).toBe('1048000');
    expect(value?.value).toHaveLength(900_000);
    expect(key?.headers).toMatchObject({ 'original-key-bytes': '140000' });
    expect(key?.headers['original-bytes']).toBeUndefined();
    expect([key?.key?.length, key?.value?.length]).toEqual([512, 899_000]);
    expect(headers?.headers).toMatchObject({ 'original-headers': '30000', reason: 'wrong-type' });
    expect(headers?.value).toHaveLength(600_000);
  });

  it('is cut further where the broker takes less than most, so that its partition goes on', async () => {
    const kafka = await openTestKafka();
    const topic = await kafka.topic();
    const raw = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await raw.connect();
    const configEntries = [{ name: 'max.message.bytes', value: '20000' }];
    const type = kafkajs.ConfigResourceTypes.TOPIC;
    await raw.alterConfigs({ validateOnly: false, resources: [{ type, name: topic, configEntries }] });
    await raw.disconnect();
    const letters = createDeadLetters({ publisher: kafka.client.publisher(), topic, service: 'ingest' });
    const sizes = [10, 50_000, 400_000];
    await letters.write(
      sizes.map((size, index) => ({
        source,
        message: message(new Uint8Array(size), { offset: String(index) }),
        rejection,
      })),
    );
    const { messages } = await kafka.collect({ topics: [topic] });
    await eventually(() => new Set(messages.map(({ headers }) => headers['source-offset'])).size === 3);
    const newest = new Map(
      messages.map(({ headers }) => [headers['source-offset'], headers['original-bytes']] as const),
    );
    expect(newest).toEqual(
      new Map([
        ['0', undefined],
        ['1', '50000'],
        ['2', '400000'],
      ]),
    );
  });

  it('tells of a batch that cannot be read what is wrong with it, not what a step thought of its bytes', async () => {
    const published: OutgoingMessage[] = [];
    const publisher = {
      publish: async (_topic: string, messages: readonly OutgoingMessage[]) =>
        [void published.push(...messages)] as never,
    };
    const settle = createSettle({ deadLetters: createDeadLetters({ publisher, topic: 'd', service: 'ingest' }) });
    const unreadable = message(Buffer.from('bytes'), { unreadable: { why: 'its checksum is wrong', records: 7 } });
    await settle({ ...source, highWatermark: 43n, messages: [unreadable] }, [{ kind: 'dead-letter', rejection }]);
    expect(published[0]?.headers).toMatchObject({
      reason: 'unreadable-batch',
      message: '7 records are lost to their reader: its checksum is wrong',
    });
  });
});
