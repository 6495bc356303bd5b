import { anyId } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { keysOf, REGISTRY_SHARDS } from '../keys.js';
import { testRedis } from '../test-redis.js';
import { createSequenceStore } from './create-sequence-store.js';
import type { AppliedUser, SequenceEvent, SequenceOperation, UserOperations } from './sequence.js';

interface Logged {
  readonly userId: string;
  readonly operation: SequenceOperation;
}

/** What a user has when the log is applied by the book: one event after the other, once. */
interface ModelUser {
  readonly events: SequenceEvent[];
  readonly seen: Map<string, number>;
  active: number;
  dropped: number;
}

function replay(log: readonly Logged[], keep: number): Map<string, ModelUser> {
  const users = new Map<string, ModelUser>();
  for (const { userId, operation } of log) {
    if (operation.kind === 'forget') users.delete(userId);
    if (operation.kind === 'forget') continue;
    const { kind: _kind, appendTimeMs: _appendTimeMs, ...event } = operation;
    const user = users.get(userId) ?? { events: [], seen: new Map<string, number>(), active: 0, dropped: 0 };
    users.set(userId, user);
    if (!user.events.some((known) => inOrder(known, event) === 0)) user.events.push(event);
    if (user.events.sort(inOrder).length > keep && user.events.shift() !== event) user.dropped += 1;
    user.seen.set(event.itemId, Math.max(event.timestamp, user.seen.get(event.itemId) ?? 0));
    user.active = Math.max(user.active, event.timestamp);
  }
  return users;
}

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const inOrder = (a: SequenceEvent, b: SequenceEvent): number =>
  a.timestamp - b.timestamp || bytes(a.eventId, b.eventId) || bytes(a.itemId, b.itemId);

/** Few times and ids, so that equal times, repeats, late events and full sequences are the rule. */
const add = fc.record({ kind: fc.constant('add' as const), timestamp: fc.nat(9), eventId: anyId, itemId: anyId });
const operation = fc.oneof(
  { weight: 9, arbitrary: add },
  { weight: 1, arbitrary: fc.constant({ kind: 'forget' as const }) },
);
const history = fc.record({
  userIds: fc.uniqueArray(anyId, { minLength: 3, maxLength: 3 }),
  log: fc.array(fc.tuple(fc.nat(2), operation), { maxLength: 40 }),
  /** Messages of each batch, and how many of those before are delivered with it once more. */
  batches: fc.array(fc.record({ size: fc.integer({ min: 1, max: 12 }), again: fc.nat(12) }), { maxLength: 8 }),
  keep: fc.integer({ min: 1, max: 5 }),
  seenKeep: fc.integer({ min: 1, max: 5 }),
});

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** Appended two at the same millisecond. */
function logOf({ userIds, log }: History): Logged[] {
  return log.map(([user, each], place) => ({
    userId: userIds[user]!,
    operation: { ...each, appendTimeMs: 1_000 + Math.floor(place / 2) },
  }));
}

/** The log as it is delivered: whoever begins anew, begins at an earlier message and goes on from there. */
function deliveries(log: readonly Logged[], batches: History['batches']): Logged[][] {
  const delivered: Logged[][] = [];
  let next = 0;
  for (const { size, again } of batches) {
    const from = Math.max(0, next - again);
    next = Math.min(log.length, from + size);
    delivered.push(log.slice(from, next));
  }
  return [...delivered, log.slice(next)];
}

function byUser(batch: readonly Logged[]): UserOperations[] {
  const users = new Map<string, SequenceOperation[]>();
  for (const { userId, operation: each } of batch) users.set(userId, [...(users.get(userId) ?? []), each]);
  return Array.from(users, ([userId, operations]) => ({ userId, operations }));
}

it(
  'after any history, however it is delivered, there is what a replay by the book gives',
  { timeout: 60_000 },
  async () => {
    const { redis, namespace } = await testRedis();
    const keys = keysOf(namespace);
    const registries = Array.from({ length: REGISTRY_SHARDS }, (_, shard) => keys.users(shard));
    const check = async (example: History): Promise<void> => {
      const { userIds, batches, keep, seenKeep } = example;
      const store = createSequenceStore(redis, { namespace, keep, seenKeep });
      const log = logOf(example);
      const expected = replay(log, keep);
      for (const batch of deliveries(log, batches)) await store.applyBatch(byUser(batch));
      const [sequences, seen, recent, known, totals] = await Promise.all([
        store.read(userIds),
        store.seenMany(userIds),
        store.recentUsers(10),
        store.countUsers(),
        store.totals(),
      ]);
      const users = [...expected.values()];
      expect(sequences.map(({ events }) => events)).toEqual(userIds.map((id) => expected.get(id)?.events ?? []));
      expect(seen).toEqual(userIds.map((id) => newestSeen(expected.get(id)?.seen, seenKeep)));
      expect(recent).toEqual(
        [...expected.keys()].sort((a, b) => expected.get(b)!.active - expected.get(a)!.active || (a < b ? -1 : 1)),
      );
      expect(known).toBe(users.length);
      expect(totals).toEqual({
        users: users.length,
        applied: users.reduce((sum, { events }) => sum + events.length, 0),
        droppedByCap: users.reduce((sum, { dropped }) => sum + dropped, 0),
      });
    };
    const erase = async ({ userIds }: History): Promise<void> => {
      const ofUsers = userIds.flatMap((id) => [keys.sequence(id), keys.seen(id), keys.user(id)]);
      await redis.commands.pipeline([...ofUsers, ...registries].map((key) => ['UNLINK', key]));
    };
    await fc.assert(
      fc.asyncProperty(history, async (example) => {
        await erase(example);
        await check(example);
      }),
      { numRuns: 500 },
    );
  },
);

it('counts of a batch are those of its events one by one', async () => {
  const { redis, namespace } = await testRedis();
  const keys = keysOf(namespace);
  const adds = fc.array(fc.array(add, { maxLength: 12 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(adds, fc.integer({ min: 1, max: 5 }), async (batches, keep) => {
      const store = createSequenceStore(redis, { namespace, keep, seenKeep: keep });
      const sums = { batches: noCounts(), single: noCounts() };
      for (const batch of batches) {
        const operations = batch.map((each) => ({ ...each, appendTimeMs: 1 }));
        addUp(sums.batches, await store.applyBatch([{ userId: 'batches', operations }]));
        for (const each of operations) {
          addUp(sums.single, await store.applyBatch([{ userId: 'single', operations: [each] }]));
        }
      }
      const gone = ['batches', 'single'].flatMap((id) => [keys.sequence(id), keys.seen(id), keys.user(id)]);
      await redis.commands.pipeline(gone.map((key) => ['UNLINK', key]));
      expect(sums.batches).toEqual(sums.single);
    }),
    { numRuns: 100 },
  );
});

type Counts = Pick<AppliedUser, 'added' | 'dropped' | 'duplicate' | 'stale'>;

function noCounts(): { -readonly [K in keyof Counts]: number } {
  return { added: 0, dropped: 0, duplicate: 0, stale: 0 };
}

function addUp(sums: ReturnType<typeof noCounts>, applied: readonly AppliedUser[]): void {
  for (const user of applied) {
    for (const field of ['added', 'dropped', 'duplicate', 'stale'] as const) sums[field] += user[field];
  }
}

function newestSeen(seen: ReadonlyMap<string, number> = new Map(), seenKeep: number): string[] {
  return [...seen]
    .sort(([a, atA], [b, atB]) => atB - atA || bytes(b, a))
    .slice(0, seenKeep)
    .map(([itemId]) => itemId);
}
