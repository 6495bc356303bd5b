import { describe, expect, it } from 'vitest';
import { testRedis } from '../test-redis.js';
import { createColdVectorStore, type ColdItemVector } from './create-cold-vector-store.js';

async function testStore() {
  const { redis, namespace } = await testRedis();
  return createColdVectorStore(redis, { namespace });
}

const entry = (itemId: string, ...numbers: number[]) => ({
  itemId,
  digest: '00000000000000ff',
  vector: Float32Array.from(numbers),
});

describe('vectors of items that nobody has clicked', () => {
  it('read back bit for bit, each version for itself', async () => {
    const store = await testStore();
    const { digest, vector } = entry('', 0.1, -2.5e-30, 1e30);
    await store.put('v1', [{ itemId: 'a{}: é', digest, vector }]);
    expect(await store.get('v1', ['nobody', 'a{}: é'])).toEqual([undefined, { digest, vector }]);
    expect(await store.get('v2', ['a{}: é'])).toEqual([undefined]);
    expect(await store.get('v1', [])).toEqual([]);
    expect([await store.count('v1'), await store.count('v2')]).toEqual([1, 0]);
  });

  it('are replaced, and of a removed item are still known apart from the others', async () => {
    const store = await testStore();
    await store.put('v', [entry('a', 1), entry('b', 2)]);
    await store.put('v', [entry('a', 3)]);
    await store.remove('v', ['a', 'nobody']);
    await store.remove('v', ['nobody']);
    expect(await store.get('v', ['a', 'b'])).toMatchObject([undefined, { vector: Float32Array.of(2) }]);
    expect(await store.former('v', ['b', 'a'])).toEqual([undefined, Float32Array.of(3)]);
    expect(await store.count('v')).toBe(1);
  });

  it('are listed once each, in slices, and dropped with their version', async () => {
    const store = await testStore();
    const entries = Array.from({ length: 2_500 }, (_, place) => entry(`item ${place}`, place, 1));
    await store.put('v', entries);
    await store.put('other', entries.slice(0, 3));
    await store.remove('v', ['item 7']);
    const listed: ColdItemVector[] = [];
    let slices = 0;
    for await (const slice of store.list('v', 100)) {
      slices += 1;
      listed.push(...slice);
    }
    expect(slices).toBeGreaterThan(5);
    const byPlace = listed.toSorted((a, b) => a.vector[0]! - b.vector[0]!);
    const expected = entries.filter(({ itemId }) => itemId !== 'item 7');
    expect(byPlace).toEqual(expected.map(({ itemId, vector }) => ({ itemId, vector })));
    await store.drop('v');
    expect([await store.count('v'), await store.count('other')]).toEqual([0, 3]);
    expect(await store.former('v', ['item 7'])).toEqual([undefined]);
  });
});
