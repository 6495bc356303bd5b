import { eventually } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { createDeadLetters } from './dead-letters.js';
import type { ConsumedMessage } from './message.js';
import { openTestKafka } from './open-test-kafka.js';

const rejection = { reason: 'wrong-type', field: 'userId', message: 'expected a string' } as const;
const source = { topic: 'clicks', partition: 3 };

function message(value: Uint8Array | null): ConsumedMessage {
  return { key: 'u1', value, offset: '42', appendTimeMs: 0, headers: {} };
}

it('keeps the original bytes, and says why and where from', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const letters = createDeadLetters({ publisher: kafka.client.publisher(), topic, service: 'ingest' });
  const bytes = Uint8Array.from([0x7b, 0xff, 0x00]);
  await letters.write([
    { source, message: message(bytes), rejection },
    { source, message: message(null), rejection },
  ]);
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length === 2);
  expect([...(messages[0]?.value ?? [])]).toEqual([...bytes]);
  expect(messages[1]?.value).toBeNull();
  expect(messages[0]?.headers).toEqual({
    reason: 'wrong-type',
    field: 'userId',
    message: 'expected a string',
    service: 'ingest',
    'source-topic': 'clicks',
    'source-partition': '3',
    'source-offset': '42',
  });
});

it('cuts a value that would not fit again, and says so', async () => {
  const kafka = await openTestKafka();
  const topic = await kafka.topic();
  const letters = createDeadLetters({ publisher: kafka.client.publisher(), topic, service: 'ingest' });
  await letters.write([{ source, message: message(new Uint8Array(1_048_000)), rejection }]);
  const { messages } = await kafka.collect({ topics: [topic] });
  await eventually(() => messages.length === 1);
  expect(messages[0]?.headers['original-bytes']).toBe('1048000');
});
