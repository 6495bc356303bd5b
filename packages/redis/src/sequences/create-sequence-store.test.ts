import { describe, expect, it } from 'vitest';
import { testRedis } from '../test-redis.js';
import { keysOf, REGISTRY_SHARDS } from '../keys.js';
import { createSequenceStore, type SequenceStore } from './create-sequence-store.js';
import type { SequenceOperation } from './sequence.js';

async function testStore(keep = 1000, seenKeep = 10_000) {
  const { redis, namespace } = await testRedis();
  return { redis, namespace, store: createSequenceStore(redis, { namespace, keep, seenKeep }) };
}

let appended = 0;
function click(timestamp: number, itemId: string, eventId = `e${timestamp}`): SequenceOperation {
  return { kind: 'add', timestamp, eventId, itemId, appendTimeMs: (appended += 10) };
}
const forget = (): SequenceOperation => ({ kind: 'forget', appendTimeMs: (appended += 10) });

async function apply(store: SequenceStore, ...operations: SequenceOperation[]) {
  const [applied] = await store.applyBatch([{ userId: 'u', operations }]);
  if (!applied) throw new Error('no answer');
  return applied;
}
const itemsOf = async (store: SequenceStore, userId = 'u') =>
  (await store.read([userId]))[0]?.events.map((e) => e.itemId);

describe('a sequence', () => {
  it('holds events in the order of their times, however they arrive', async () => {
    const { store } = await testStore();
    await apply(store, click(3, 'c'), click(1, 'a'));
    await apply(store, click(2, 'b'));
    expect(await store.read(['u', 'nobody'])).toEqual([
      {
        userId: 'u',
        revision: appended,
        events: [
          { timestamp: 1, eventId: 'e1', itemId: 'a' },
          { timestamp: 2, eventId: 'e2', itemId: 'b' },
          { timestamp: 3, eventId: 'e3', itemId: 'c' },
        ],
      },
      { userId: 'nobody', revision: 0, events: [] },
    ]);
    expect((await store.read(['u'], 2))[0]?.events.map(({ itemId }) => itemId)).toEqual(['b', 'c']);
    expect((await store.read(['u'], 0))[0]?.events).toEqual([]);
  });

  it('does not change when an event comes again, and says that it may have to be announced again', async () => {
    const { store } = await testStore();
    const first = click(1, 'a');
    const before = await apply(store, first);
    expect(before).toMatchObject({ changed: true, announce: true, added: 1, duplicate: 0, cause: 0 });
    // The same message of the log: perhaps its update never got out.
    expect(await apply(store, first)).toMatchObject({
      changed: false,
      announce: true,
      added: 0,
      duplicate: 1,
      revision: before.revision,
      cause: 0,
    });
    // Another message with the same event, as in a file that is replayed: long known.
    expect(await apply(store, click(1, 'a'))).toMatchObject({ changed: false, announce: false, cause: -1 });
  });

  it('takes the same event id with another payload as another event', async () => {
    const { store } = await testStore();
    const applied = await apply(store, click(1, 'a', 'e'), click(1, 'b', 'e'), click(2, 'a', 'e'));
    expect(applied).toMatchObject({ added: 3, duplicate: 0 });
    expect(await itemsOf(store)).toEqual(['a', 'b', 'a']);
  });

  it('keeps the newest, counts what newer ones drove out, and tells late ones apart', async () => {
    const { store } = await testStore(2);
    expect(await apply(store, click(1, 'a'), click(2, 'b'), click(3, 'c'))).toMatchObject({
      added: 3,
      dropped: 1,
      stale: 0,
    });
    expect(await itemsOf(store)).toEqual(['b', 'c']);
    expect(await apply(store, click(1, 'a'))).toMatchObject({
      added: 0,
      dropped: 0,
      stale: 1,
      changed: false,
      announce: false,
    });
    expect(await apply(store, click(5, 'e'), click(4, 'd'))).toMatchObject({
      added: 2,
      dropped: 2,
      stale: 0,
      cause: 0,
    });
    expect(await store.totals()).toEqual({ users: 1, applied: 2, droppedByCap: 3 });
  });

  it('names the newest event that changed it, wherever it was in the batch', async () => {
    const { store } = await testStore();
    const known = click(9, 'z');
    await apply(store, known);
    expect(await apply(store, click(5, 'a'), click(7, 'b'), click(6, 'c'))).toMatchObject({ cause: 1, added: 3 });
    expect(await apply(store, click(8, 'd'), known)).toMatchObject({ cause: 0, added: 1, duplicate: 1 });
  });

  it('has a revision that grows with each change, by the time of the log', async () => {
    const { store } = await testStore();
    const one = await apply(store, { ...click(1, 'a'), appendTimeMs: 5000 });
    const two = await apply(store, { ...click(2, 'b'), appendTimeMs: 5000 });
    const three = await apply(store, { ...click(3, 'c'), appendTimeMs: 9000 });
    expect([one.revision, two.revision, three.revision]).toEqual([5000, 5001, 9000]);
    expect(await store.revisions(['u', 'nobody'])).toEqual([9000, 0]);
  });

  it('takes thousands of events of one user in one step', async () => {
    const { store } = await testStore(5000);
    const clicks = Array.from({ length: 12_000 }, (_, time) => click(time, `i${time}`));
    expect(await apply(store, ...clicks)).toMatchObject({ added: 12_000, dropped: 7_000 });
    expect((await store.read(['u']))[0]?.events).toHaveLength(5000);
  });

  it('holds ids with anything in them', async () => {
    const { store, redis, namespace } = await testStore();
    const userId = 'a}{b:% \0\n😀';
    await store.applyBatch([{ userId, operations: [click(1, 'x\0y', '\0'), click(2, '{😀}', 'é')] }]);
    expect(await itemsOf(store, userId)).toEqual(['x\0y', '{😀}']);
    expect(await store.seen(userId)).toEqual(['{😀}', 'x\0y']);
    expect(await store.recentUsers(5)).toEqual([userId]);
    expect(await redis.commands.call(['EXISTS', `${namespace}:seq:{a%7D%7Bb%3A%25%20%00%0A%F0%9F%98%80}`])).toBe(1);
  });
});

describe('seen items', () => {
  it('are listed by their newest click, beyond the reach of the sequence', async () => {
    const { store } = await testStore(2, 3);
    await apply(store, click(1, 'a'), click(2, 'b'), click(3, 'c'), click(4, 'a'));
    expect(await store.seen('u')).toEqual(['a', 'c', 'b']);
    await apply(store, click(5, 'd'));
    expect(await store.seenMany(['u', 'nobody'], 2)).toEqual([['d', 'a'], []]);
    // Late for the sequence, but not for this.
    await apply(store, click(3, 'late', 'other'));
    expect(await store.seen('u')).toEqual(['d', 'a', 'late']);
  });
});

describe('who has seen an item', () => {
  it('is told user by user', async () => {
    const { store } = await testStore();
    await apply(store, click(1, 'a'), click(2, 'b'));
    await store.applyBatch([{ userId: 'other', operations: [click(1, 'b')] }]);
    expect(await store.haveSeen('a', ['u', 'other', 'nobody'])).toEqual([true, false, false]);
    expect(await store.haveSeen('a', [])).toEqual([]);
  });
});

describe('forget', () => {
  it('erases what came before it, in the order of the log', async () => {
    const { store, redis, namespace } = await testStore();
    await apply(store, click(1, 'a'));
    expect(await apply(store, click(2, 'b'), forget(), click(3, 'c'))).toMatchObject({
      changed: true,
      forgotten: false,
      added: 1,
      erased: 1,
      cause: 2,
    });
    expect(await itemsOf(store)).toEqual(['c']);
    expect(await store.seen('u')).toEqual(['c']);

    const gone = await apply(store, click(4, 'd'), forget());
    expect(gone).toMatchObject({ changed: true, announce: true, forgotten: true, revision: appended, cause: 1 });
    const keys = keysOf(namespace);
    expect(await redis.commands.call(['EXISTS', keys.sequence('u'), keys.seen('u'), keys.user('u')])).toBe(0);
    expect(await store.countUsers()).toBe(0);
    expect(await store.totals()).toEqual({ users: 0, applied: 0, droppedByCap: 0 });
  });

  it('does not turn the revision back', async () => {
    const { store } = await testStore();
    for (let time = 1; time < 9; time += 1) await apply(store, { ...click(time, 'a'), appendTimeMs: 700 });
    const gone = await apply(store, { kind: 'forget', appendTimeMs: 700 });
    const back = await apply(store, { ...click(10, 'a'), appendTimeMs: 800 });
    expect(gone.revision).toBe(708);
    expect(back.revision).toBe(800);
  });
});

describe('the registry', () => {
  it('lists every user once, in slices', async () => {
    const { store } = await testStore();
    const userIds = Array.from({ length: 700 }, (_, index) => `user ${index}`);
    await store.applyBatch(userIds.map((userId, index) => ({ userId, operations: [click(index, 'a')] })));
    const listed: string[] = [];
    for await (const slice of store.listUsers(100)) {
      expect(slice.length).toBeLessThanOrEqual(100);
      listed.push(...slice);
    }
    expect(listed.toSorted()).toEqual(userIds.toSorted());
    expect(await store.countUsers()).toBe(700);
    expect(await store.recentUsers(3)).toEqual(['user 699', 'user 698', 'user 697']);
    expect(await store.recentUsers(0)).toEqual([]);
  });

  it('lists the users of one shard, always the same ones', async () => {
    const { store } = await testStore();
    const userIds = Array.from({ length: 300 }, (_, index) => `user ${index}`);
    await store.applyBatch(userIds.map((userId, index) => ({ userId, operations: [click(index, 'a')] })));
    const byShard: string[][] = [];
    for (let shard = 0; shard < REGISTRY_SHARDS; shard++) {
      const listed: string[] = [];
      for await (const slice of store.listUsers(7, shard)) listed.push(...slice);
      byShard.push(listed);
    }
    expect(byShard.flat().toSorted()).toEqual(userIds.toSorted());
    expect(byShard.filter(({ length }) => length > 0).length).toBeGreaterThan(8);
    const again: string[] = [];
    for await (const slice of store.listUsers(100, 3)) again.push(...slice);
    expect(again.toSorted()).toEqual(byShard[3]?.toSorted());
  });
});
