import { eventually } from '@click-recall/testing';
import { expect, it } from 'vitest';
import type { ConsumedMessage } from './message.js';
import { behindDoor } from './open-test-door.js';
import { openTestKafka, silent, textOf } from './open-test-kafka.js';

/** Bytes from the format of a batch to the value of its first record, when that has no key and is short. */
const MAGIC_TO_VALUE = 51;

it('a log that cannot be framed holds its partition, told of once, and no other, until it is mended', async () => {
  const kafka = await openTestKafka();
  const [broken, whole] = [await kafka.topic(), await kafka.topic()];
  const publish = (topic: string, value: string) => kafka.client.publisher().publish(topic, [{ key: null, value }]);
  let isMended = false;
  const told: string[] = [];
  const { client } = await behindDoor({
    translate(bytes) {
      const at = bytes.indexOf('behind the damage') - MAGIC_TO_VALUE;
      if (!isMended && at >= 0 && bytes[at] === 2) bytes[at] = 9;
    },
    logger: { ...silent, warn: (_, line) => told.push(line), error: (_, line) => told.push(line) },
  });
  await publish(broken, 'behind the damage');
  const messages: ConsumedMessage[] = [];
  const crashes: Error[] = [];
  const subscriber = client.subscriber({
    groupId: kafka.name,
    topics: [broken, whole],
    fromBeginning: true,
    handleBatch: async (batch) => void messages.push(...batch.messages),
    onCrash: (error) => crashes.push(error),
  });
  await subscriber.start();
  const stands = `${broken}[0] stands still: its log holds bytes that are no record batch; trying again`;
  await eventually(() => expect(told).toEqual([stands]));
  for (const value of ['first', 'second']) {
    await publish(whole, value);
    await eventually(() => messages.map(textOf).includes(value));
  }
  isMended = true;
  await eventually(() => messages.map(textOf).includes('behind the damage'));
  expect(messages.map(textOf)).toEqual(['first', 'second', 'behind the damage']);
  expect(messages.at(-1)?.offset).toBe('0');
  expect([told, crashes]).toEqual([[stands], []]);
});
