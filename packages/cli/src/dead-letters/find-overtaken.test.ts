import { topicName } from '@click-recall/contracts';
import type { ConsumedBatch, ConsumedMessage } from '@click-recall/kafka';
import { expect, it } from 'vitest';
import { findOvertaken, type Candidate } from './find-overtaken.js';

const NAMESPACE = 'click-recall';
const NOW = 1_767_225_600_000;

function message(offset: number, value: string, replayedOf?: string): ConsumedMessage {
  const headers = replayedOf === undefined ? {} : { 'replayed-of': replayedOf };
  return { key: null, value: Buffer.from(value), offset: String(offset), appendTimeMs: NOW + offset, headers };
}

/** Why a letter of `topic`, partition 0, at 20 stays where it is, given the messages of one partition of the same topic. */
async function whyNot(
  topic: 'clicks' | 'items',
  messages: readonly ConsumedMessage[],
  { partition = 0, replayedOf }: { readonly partition?: number; readonly replayedOf?: string } = {},
): Promise<string | undefined> {
  const name = topicName(topic, NAMESPACE);
  const batch: ConsumedBatch = { topic: name, partition, highWatermark: 100n, messages };
  const letters = {
    namespace: NAMESPACE,
    readFrom: async (_topic: string, _timeMs: number, onBatch: (batch: ConsumedBatch) => void | Promise<void>) => {
      await onBatch(batch);
    },
  };
  const candidate: Candidate = {
    letter: {
      origin: { topic: name, partition: 0, offset: 20n },
      appendedAt: NOW + 20,
      headers: replayedOf === undefined ? {} : { 'replayed-of': [Buffer.from(replayedOf)] },
    },
    subject: topic === 'clicks' ? { kind: 'user', id: 'x' } : { kind: 'item', id: 'x' },
  };
  return (await findOvertaken(letters, [candidate])).get(candidate);
}

const ITEM = '{"itemId":"x","title":"t"}';

it.each([0, 1])('judges an item that was replayed to partition %i by where it stood first', async (partition) => {
  const overtakenBy = (replayedOf?: string) => whyNot('items', [message(50, ITEM, replayedOf)], { partition });
  expect(await overtakenBy('items/0/5')).toBeUndefined();
  expect(await overtakenBy('items/0/21')).toBe(`there is newer word of its item (items/${partition}/50)`);
  // Itself, where the replay was cut short before its note.
  expect(await overtakenBy('items/0/20')).toBeUndefined();
  // Nobody knows which of two partitions' messages was first: by when it was published again.
  expect(await overtakenBy('items/2/5')).toBeDefined();
  expect(await overtakenBy('clicks/0/5')).toBeDefined();
  expect(await overtakenBy('nonsense')).toBeDefined();
  expect(await overtakenBy()).toBeDefined();
});

it('judges a letter that came of a replay by where the others landed', async () => {
  const overtakenBy = (replayedOf: string) =>
    whyNot('items', [message(50, ITEM, replayedOf)], { replayedOf: 'items/0/5' });
  expect(await overtakenBy('items/0/9')).toBeDefined();
  expect(await overtakenBy('items/0/20')).toBeUndefined();
});

it.each(['forget', String.raw`\u0066orget`, String.raw`\u0066\u006F\u0072\u0067\u0065\u0074`])(
  'knows a user who was forgotten by the word %s, where the forget landed',
  async (word) => {
    const forget = `{"userId":"x","type":"${word}","timestamp":${NOW}}`;
    expect(await whyNot('clicks', [message(50, forget)])).toBe('its user was forgotten after it (clicks/0/50)');
    expect(await whyNot('clicks', [message(50, forget, 'clicks/0/5')])).toBeDefined();
    expect(await whyNot('clicks', [message(19, forget)])).toBeUndefined();
  },
);
