import { describe, expect, it } from 'vitest';
import { countUsers } from './popular-items.js';

describe('popular items', () => {
  it('are counted by users, not by clicks; equal ones by id', () => {
    expect(countUsers([['a', 'b', 'a'], ['b', 'c'], ['b'], ['c', 'd']])).toEqual([
      { itemId: 'b', users: 3 },
      { itemId: 'c', users: 2 },
      { itemId: 'a', users: 1 },
      { itemId: 'd', users: 1 },
    ]);
  });
});
