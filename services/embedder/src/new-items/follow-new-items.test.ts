import { spacesOf, type VersionedEncoder } from '@click-recall/encoding';
import type { Item } from '@click-recall/contracts';
import type { ColdVector } from '@click-recall/redis';
import { createExactIndex, type VectorIndex } from '@click-recall/vector-index';
import { describe, expect, it } from 'vitest';
import { followNewItems, type TrustInHash } from './follow-new-items.js';

const spaces = spacesOf('v', 2, { items: 10, users: 10 });

/** The vector of a title is its length and its number of categories. */
const encoder = {
  rowOf: (itemId: string) => (itemId === 'known' ? 0 : undefined),
  coldItems: {
    vectorsOf: (items: readonly Pick<Item, 'title' | 'categories'>[]) =>
      items.map(({ title = '', categories = [] }) => {
        if (title === 'unspeakable') throw new Error('out of memory');
        if (title === 'infinite') return Float32Array.of(Infinity, 0);
        return Float32Array.of(title.length, categories.length);
      }),
  },
} as unknown as VersionedEncoder;

/** Items in memory, and an index that lets the test act right before it is written; counts the calls of all stores. */
function setup() {
  const calls = { items: 0, cold: 0, index: 0 };
  const store = new Map<string, Item>();
  const cold = new Map<string, ColdVector>();
  const exact = createExactIndex();
  const act = { before: undefined as (() => Promise<void>) | undefined };
  const index: Pick<VectorIndex, 'upsert' | 'remove'> = {
    async upsert(space, entries) {
      calls.index += 1;
      const { before } = act;
      act.before = undefined;
      await before?.();
      return exact.upsert(space, entries);
    },
    async remove(space, ids) {
      calls.index += 1;
      return exact.remove(space, ids);
    },
  };
  const deps = {
    items: {
      get: async (itemIds: readonly string[]) => {
        calls.items += 1;
        return itemIds.map((itemId) => store.get(itemId));
      },
    },
    coldVectors: {
      get: async (_: string, itemIds: readonly string[]) => {
        calls.cold += 1;
        return itemIds.map((itemId) => cold.get(itemId));
      },
      put: async (_: string, entries: readonly ({ itemId: string } & ColdVector)[]) => {
        calls.cold += 1;
        for (const { itemId, digest, vector } of entries) cold.set(itemId, { digest, vector });
      },
      remove: async (_: string, itemIds: readonly string[]) => {
        calls.cold += 1;
        for (const itemId of itemIds) cold.delete(itemId);
      },
    },
    index,
  };
  return {
    act,
    calls,
    cold,
    describeItem: (itemId: string, item: Partial<Item>) => store.set(itemId, { version: 1, itemId, ...item }),
    forget: (itemId: string) => store.delete(itemId),
    follow: (itemIds: string[], trust: TrustInHash = 'nothing') =>
      followNewItems(deps, { version: 'v', encoder, spaces }, itemIds, trust),
    async vectorOf(itemId: string): Promise<number[] | undefined> {
      const [vector] = await exact.vectors(spaces.items, [itemId]);
      expect(cold.get(itemId)?.vector).toEqual(vector);
      return vector && [...vector];
    },
  };
}

describe('the vectors of new items', () => {
  it('are of those that are described, not deleted, and not in the vocabulary', async () => {
    const test = setup();
    test.describeItem('known', { title: 'abc' });
    test.describeItem('titled', { title: 'abc' });
    test.describeItem('categorised', { categories: ['x', 'y'] });
    test.describeItem('blank', { title: '  ', categories: [] });
    test.describeItem('deleted', { title: 'abc', deleted: true });
    const all = ['known', 'titled', 'categorised', 'blank', 'deleted', 'unheard of', 'titled'];
    expect(await test.follow(all)).toEqual({ written: 2, removed: 0, clamped: 0, failed: 0 });
    expect([...test.cold.keys()]).toEqual(['titled', 'categorised']);
    expect(await test.vectorOf('titled')).toEqual([3, 0]);
    expect(await test.vectorOf('categorised')).toEqual([0, 2]);
    for (const itemId of ['known', 'blank', 'deleted', 'unheard of'])
      expect(await test.vectorOf(itemId)).toBeUndefined();
  });

  it('follow the description, and go with it', async () => {
    const test = setup();
    test.describeItem('a', { title: 'abc' });
    await test.follow(['a']);
    test.describeItem('a', { title: 'abcd' });
    await test.follow(['a']);
    expect(await test.vectorOf('a')).toEqual([4, 0]);
    test.describeItem('a', { title: 'abcd', deleted: true });
    expect(await test.follow(['a'])).toEqual({ written: 0, removed: 1, clamped: 0, failed: 0 });
    expect(await test.vectorOf('a')).toBeUndefined();
    test.describeItem('a', { title: 'ab' });
    await test.follow(['a']);
    test.forget('a');
    await test.follow(['a']);
    expect(await test.vectorOf('a')).toBeUndefined();
  });

  it('end with the newest description where another writer was quicker', async () => {
    for (const trust of ['nothing', 'presence', 'all'] as const) {
      const test = setup();
      test.describeItem('a', { title: 'abc' });
      test.act.before = async () => {
        test.describeItem('a', { title: 'abcde' });
        await test.follow(['a']);
      };
      await test.follow(['a'], trust);
      expect(await test.vectorOf('a')).toEqual([5, 0]);
    }
  });

  it('do not come back for an item that is deleted meanwhile', async () => {
    const test = setup();
    test.describeItem('a', { title: 'abc' });
    test.act.before = async () => void test.describeItem('a', { title: 'abc', deleted: true });
    await test.follow(['a']);
    expect(await test.vectorOf('a')).toBeUndefined();
  });

  it('are left alone where they are trusted and the description is the same', async () => {
    const test = setup();
    test.describeItem('a', { title: 'abc' });
    test.describeItem('b', { title: 'abc' });
    await test.follow(['a', 'b']);
    test.describeItem('b', { title: 'changed' });
    expect(await test.follow(['a', 'b'], 'presence')).toMatchObject({ written: 1 });
    expect(await test.follow(['a', 'b'], 'all')).toMatchObject({ written: 0 });
    expect(await test.follow(['a', 'b'])).toMatchObject({ written: 2 });
    expect(await test.vectorOf('b')).toEqual([7, 0]);
  });

  it('cost one look at the item and one at its vector where they are trusted and nothing is to be done', async () => {
    const test = setup();
    test.describeItem('titled', { title: 'abc' });
    test.describeItem('without words', {});
    await test.follow(['titled', 'without words']);
    Object.assign(test.calls, { items: 0, cold: 0, index: 0 });
    await test.follow(['titled', 'without words'], 'all');
    expect(test.calls).toEqual({ items: 1, cold: 1, index: 0 });
    test.describeItem('titled', {});
    expect(await test.follow(['titled', 'without words'], 'all')).toMatchObject({ removed: 1 });
    expect(await test.vectorOf('titled')).toBeUndefined();
  });

  it('are taken out of the index also where the hash never knew of them, unless it is trusted in everything', async () => {
    const test = setup();
    test.describeItem('a', { title: 'abc' });
    await test.follow(['a']);
    // As if the process had ended between index and hash.
    test.cold.delete('a');
    test.forget('a');
    expect(await test.follow(['a'], 'all')).toMatchObject({ removed: 0 });
    expect(await test.follow(['a'], 'presence')).toMatchObject({ removed: 1 });
    expect(await test.vectorOf('a')).toBeUndefined();
  });

  it('are missing for an item that the mapping fails for, and for no other', async () => {
    const test = setup();
    test.describeItem('a', { title: 'unspeakable' });
    test.describeItem('b', { title: 'abc' });
    test.describeItem('c', { title: 'infinite' });
    expect(await test.follow(['a', 'b', 'c'])).toMatchObject({ written: 1, failed: 2 });
    expect(await test.vectorOf('b')).toEqual([3, 0]);
    expect([await test.vectorOf('a'), await test.vectorOf('c')]).toEqual([undefined, undefined]);
  });

  it('are told to be impossible with the reason where the mapping fails, and those of deleted items are gone all the same', async () => {
    const test = setup();
    test.describeItem('gone', { title: 'abc' });
    await test.follow(['gone']);
    test.describeItem('gone', { title: 'abc', deleted: true });
    test.describeItem('a', { title: 'unspeakable' });
    expect(await test.follow(['gone', 'a'])).toEqual({
      ...{ written: 0, removed: 1, clamped: 0, failed: 1 },
      problem: 'out of memory',
    });
    expect(await test.vectorOf('gone')).toBeUndefined();
  });

  it('are shortened to what the index can hold, alike in both places', async () => {
    const test = setup();
    test.describeItem('a', { title: 'x'.repeat(30), categories: [] });
    expect(await test.follow(['a'])).toMatchObject({ clamped: 1 });
    expect(await test.vectorOf('a')).toEqual([10, 0]);
  });
});
