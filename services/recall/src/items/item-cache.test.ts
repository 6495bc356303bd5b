import type { Item } from '@click-recall/contracts';
import { describe, expect, it } from 'vitest';
import { createItemCache } from './item-cache.js';

function setup(size = 100) {
  const store = new Map<string, Item>();
  const reads: string[][] = [];
  let time = 0;
  let away = false;
  const items = {
    get: async (ids: readonly string[]) => {
      if (away) throw new Error('away');
      reads.push([...ids]);
      return ids.map((id) => store.get(id));
    },
  };
  return {
    reads,
    cache: createItemCache({ items, size, freshMs: 10, staleMs: 20, now: () => time }),
    put: (itemId: string, title: string) => store.set(itemId, { version: 1, itemId, title }),
    at: (now: number) => (time = now),
    goAway: () => (away = true),
  };
}

describe('the item cache', () => {
  it('reads an item once, also one that nobody knows', async () => {
    const { cache, put, reads } = setup();
    put('a', 'A');
    expect(await cache.get(['a', 'b', 'a'])).toEqual([
      { title: 'A', categories: [] },
      undefined,
      { title: 'A', categories: [] },
    ]);
    await cache.get(['b', 'a']);
    expect(reads).toEqual([['a', 'b']]);
  });

  it('reads an aging item behind the answer, and once', async () => {
    const { cache, put, at, reads } = setup();
    put('a', 'old');
    await cache.get(['a']);
    put('a', 'new');
    at(10);
    const [first] = await Promise.all([cache.get(['a']), cache.get(['a'])]);
    expect(first).toMatchObject([{ title: 'old' }]);
    expect(await cache.get(['a'])).toMatchObject([{ title: 'new' }]);
    expect(reads).toHaveLength(2);
  });

  it('reads an old item before the answer, and says when it cannot', async () => {
    const { cache, put, at, goAway } = setup();
    put('a', 'old');
    await cache.get(['a']);
    put('a', 'new');
    at(20);
    expect(await cache.get(['a'])).toMatchObject([{ title: 'new' }]);
    goAway();
    at(35);
    expect(await cache.get(['a'])).toMatchObject([{ title: 'new' }]);
    at(60);
    await expect(cache.get(['a'])).rejects.toThrow('away');
  });

  it('keeps no more than its size, and still answers all that was asked', async () => {
    const { cache, put, reads } = setup(2);
    for (const id of ['a', 'b', 'c']) put(id, id);
    expect((await cache.get(['a', 'b', 'c'])).map((info) => info?.title)).toEqual(['a', 'b', 'c']);
    await cache.get(['b', 'c']);
    expect(reads).toHaveLength(1);
    await cache.get(['a']);
    expect(reads).toHaveLength(2);
  });
});
