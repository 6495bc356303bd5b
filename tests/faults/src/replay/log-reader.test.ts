import type { ConsumedMessage, Subscriber, SubscriberOptions } from '@click-recall/kafka';
import { expect, it } from 'vitest';
import { openLogReader } from './log-reader.js';

const message = (offset: number, unreadable = 0): ConsumedMessage => ({
  key: null,
  value: null,
  offset: String(offset),
  appendTimeMs: 0,
  headers: {},
  ...(unreadable > 0 && { unreadable: { why: 'damaged', records: unreadable } }),
});

/** A reader of a partition that hands out these batches. */
async function readerOf(gapless: boolean, ...batches: readonly (readonly ConsumedMessage[])[]) {
  const read: string[] = [];
  const start = async ({ handleBatch }: SubscriberOptions): Promise<void> => {
    const control = { signal: new AbortController().signal, isStale: () => false, seek: () => undefined };
    for (const messages of batches)
      await handleBatch({ topic: 'log', partition: 0, highWatermark: 0n, messages }, control);
  };
  const subscriber = (options: SubscriberOptions): Subscriber => ({
    start: () => start(options),
    stop: () => Promise.resolve(),
    pause: () => undefined,
    resume: () => undefined,
    seek: () => undefined,
    assigned: () => [],
  });
  const end = BigInt(batches.at(-1)?.at(-1)?.offset ?? -1) + 1n;
  const reader = await openLogReader({
    client: { subscriber },
    admin: { topicEndOffsets: () => Promise.resolve(new Map([[0, end]])) },
    topic: 'log',
    gapless,
    onMessage: ({ offset }) => read.push(offset),
    defer: () => undefined,
  });
  return { reader, read };
}

it('gives each message once, however often it comes', async () => {
  const { reader, read } = await readerOf(true, [message(0), message(1)], [message(1), message(2)]);
  await reader.toEnd();
  expect([read, reader.count()]).toEqual([['0', '1', '2'], 3]);
});

it('counts the messages of a batch that cannot be read', async () => {
  const { reader, read } = await readerOf(true, [message(0), message(3, 3), message(4)]);
  await reader.toEnd();
  expect([read, reader.count()]).toEqual([['0', '3', '4'], 5]);
});

it.each([
  ['at the beginning', [message(1)], 'log[0] jumps from 0 to 1'],
  ['between two messages', [message(0), message(2)], 'log[0] jumps from 1 to 2'],
  ['before a batch that cannot be read', [message(0), message(4, 3)], 'log[0] jumps from 1 to 4'],
])('takes a jump %s for an error where the log has none', async (_where, messages, error) => {
  const { reader } = await readerOf(true, messages);
  await expect(reader.toEnd()).rejects.toThrow(error);
  await expect((await readerOf(false, messages)).reader.toEnd()).resolves.toBeUndefined();
});
