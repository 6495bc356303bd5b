import { RetriableError } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import type { ConsumedBatch } from '@click-recall/kafka';
import { createRequestRepublish, deletedIn } from './request-republish.js';

const message = (key: string | null, value: unknown) => ({
  key,
  value: value === null ? null : Buffer.from(JSON.stringify(value)),
});

describe('a batch of items', () => {
  it('deletes those whose newest message says so, or is a tombstone', () => {
    const messages = [
      message('a', { itemId: 'a', deleted: true }),
      message('b', { itemId: 'b', deleted: true }),
      message('b', { itemId: 'b', title: 'back' }),
      message('c', null),
      message('d', { itemId: 'd' }),
      message(null, null),
      message('e', 'no item'),
    ];
    expect(deletedIn(messages)).toEqual(['a', 'c']);
  });

  it('asks for new lists once ingest has stored the deletion, and not before', async () => {
    let applied: string | null = null;
    const asked: unknown[] = [];
    const handleBatch = createRequestRepublish({
      jobs: { add: async (_, data) => (asked.push(data), 'id') },
      offsets: { read: async () => applied },
    });
    const batchOf = (...values: unknown[]): ConsumedBatch => ({
      topic: 'items',
      partition: 0,
      highWatermark: 9n,
      messages: values.map((value, place) => ({
        ...message('a', value),
        offset: String(7 + place),
        appendTimeMs: 0,
        headers: {},
      })),
    });
    const deletion = { itemId: 'a', deleted: true };
    await handleBatch(batchOf({ itemId: 'a', title: 'A' }));
    for (const offset of [null, '7']) {
      applied = offset;
      await expect(handleBatch(batchOf({ itemId: 'b' }, deletion))).rejects.toBeInstanceOf(RetriableError);
    }
    expect(asked).toEqual([]);
    applied = '8';
    await handleBatch(batchOf({ itemId: 'b' }, deletion));
    expect(asked).toEqual([{ cause: { kind: 'item-deleted', itemId: 'a' }, itemIds: ['a'] }]);
  });
});
