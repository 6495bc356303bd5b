import { describe, expect, it } from 'vitest';
import { coalesceByUser } from './coalesce-by-user.js';

function update(userId: string, revision: number, forgotten = false) {
  const cause = { kind: 'click' as const, eventId: `e${revision}`, timestamp: revision, appendedAt: revision };
  return { version: 1 as const, userId, revision, forgotten, cause };
}

describe('updates of a batch', () => {
  it('become one a user: the newest revision with its own cause', () => {
    const users = coalesceByUser([update('a', 1), update('b', 5), update('a', 3), update('a', 2)]);
    expect(users.map(({ userId, revision, cause }) => [userId, revision, cause.eventId])).toEqual([
      ['a', 3, 'e3'],
      ['b', 5, 'e5'],
    ]);
  });

  it('keep a forget only where nothing came after it', () => {
    expect(coalesceByUser([update('a', 1), update('a', 2, true)])).toMatchObject([{ forgotten: true }]);
    expect(coalesceByUser([update('a', 2, true), update('a', 3)])).toMatchObject([{ forgotten: false, revision: 3 }]);
    expect(coalesceByUser([update('a', 2, true), update('a', 2)])).toMatchObject([{ forgotten: false, revision: 2 }]);
  });

  it('remember that there was a forget, for what was made before it', () => {
    expect(coalesceByUser([update('a', 2, true), update('a', 3), update('b', 1)])).toMatchObject([
      { erased: true, revision: 3 },
      { erased: false },
    ]);
    expect(coalesceByUser([update('a', 3), update('a', 2, true)])).toMatchObject([{ erased: true, revision: 3 }]);
  });
});
