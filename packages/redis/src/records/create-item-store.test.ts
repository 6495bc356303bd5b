import { testServers } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silent, testRedis } from '../test-redis.js';
import { createItemStore } from './create-item-store.js';
import { createRecordClient } from './create-record-client.js';

async function testStore() {
  const { redis, namespace } = await testRedis();
  const records = createRecordClient({
    url: testServers().redisUrl,
    cluster: testServers().redisCluster,
    logger: silent,
  });
  onTestFinished(() => records.close());
  await records.ready(10_000);
  return { items: createItemStore(records, redis, { namespace }), redis, namespace };
}

const full = {
  version: 1,
  itemId: 'a:{b} %\n😀',
  title: 'Ünï|cödé, "quoted"',
  categories: ['Action|Drama', 'b,c'],
  attributes: { year: 1995, nested: { deep: [null, true, 'x'] } },
  deleted: false,
} as const;

describe('items', () => {
  it('read back as they were written, whatever is in them', async () => {
    const { items } = await testStore();
    const bare = { version: 1, itemId: 'bare' } as const;
    await items.upsert([{ ...full, categories: [...full.categories] }, bare]);
    expect(await items.get(['bare', 'unknown', full.itemId])).toEqual([bare, undefined, full]);
  });

  it('are replaced as a whole, the last of a batch winning', async () => {
    const { items } = await testStore();
    await items.upsert([{ version: 1, itemId: 'a', title: 'old', categories: ['x'] }]);
    await items.upsert([
      { version: 1, itemId: 'a', title: 'newer' },
      { version: 1, itemId: 'a', title: 'newest' },
    ]);
    expect(await items.get(['a'])).toEqual([{ version: 1, itemId: 'a', title: 'newest' }]);
    expect(await items.count()).toBe(1);
  });

  it('are counted and listed unless deleted', async () => {
    const { items } = await testStore();
    const ids = Array.from({ length: 300 }, (_, index) => `i${index}`);
    await items.upsert(ids.map((itemId) => ({ version: 1, itemId })));
    await items.upsert([{ version: 1, itemId: 'i7', deleted: true }]);
    expect(await items.count()).toBe(299);
    expect(await items.listDeleted()).toEqual(['i7']);
    const listed: string[] = [];
    for await (const slice of items.listIds(10)) listed.push(...slice);
    expect(listed.toSorted()).toEqual(ids.filter((id) => id !== 'i7').toSorted());
    await items.upsert([{ version: 1, itemId: 'i7' }]);
    expect(await items.listDeleted()).toEqual([]);
  });

  it('leave no trace when removed', async () => {
    const { items, redis, namespace } = await testStore();
    await items.upsert([
      { version: 1, itemId: 'a', title: 't' },
      { version: 1, itemId: 'b', deleted: true },
    ]);
    await items.remove(['a', 'b', 'unknown']);
    expect(await items.get(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await redis.commands.call(['KEYS', `${namespace}:*`])).toEqual([]);
  });

  it('of nothing are nothing', async () => {
    const { items } = await testStore();
    await items.upsert([]);
    await items.remove([]);
    expect(await items.get([])).toEqual([]);
    expect(await items.count()).toBe(0);
  });
});
