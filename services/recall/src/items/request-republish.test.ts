import { describe, expect, it } from 'vitest';
import { deletedIn } from './request-republish.js';

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
});
