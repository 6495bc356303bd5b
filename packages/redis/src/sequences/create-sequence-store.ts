import { loadScript } from '../connection/load-script.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';
import { planUser, readApplied } from './plan-user.js';
import { decodeMember } from './sequence-member.js';
import type { AppliedUser, Sequence, UserOperations } from './sequence.js';
import { createUserRegistry } from './user-registry.js';

/** Users in a round trip, where all of them are visited. */
const SLICE = 1_000;

export interface SequenceStoreOptions {
  readonly namespace: string;
  /** Newest clicks kept of a user. */
  readonly keep: number;
  /** Newest distinct items remembered of a user. */
  readonly seenKeep: number;
}

export interface SequenceTotals {
  readonly users: number;
  /** Clicks in all sequences. */
  readonly applied: number;
  readonly droppedByCap: number;
}

/** Sequences, seen sets and the registry of users. */
export interface SequenceStore {
  /** Applies a batch: one atomic step a user, pipelined. Applying again, or in another order or grouping, gives the same state. */
  applyBatch(users: readonly UserOperations[]): Promise<AppliedUser[]>;
  /** Sequences in the order asked for; `newest` limits each to its newest events. */
  read(userIds: readonly string[], newest?: number): Promise<Sequence[]>;
  /** Items of the user, newest click first, at most `seenKeep`; `newest` limits further. */
  seen(userId: string, newest?: number): Promise<string[]>;
  seenMany(userIds: readonly string[], newest?: number): Promise<string[][]>;
  /** Sequence revisions; 0 for a user nobody knows. */
  revisions(userIds: readonly string[]): Promise<number[]>;
  /** Which of the users have seen the item. */
  haveSeen(itemId: string, userIds: readonly string[]): Promise<boolean[]>;
  /**
   * Every user, in slices of about `slice`; users that come or go meanwhile may or may not be among them, none comes twice.
   * With `shard`, from 0 up to USER_SHARDS, only those of that one.
   */
  listUsers(slice?: number, shard?: number): AsyncIterable<string[]>;
  countUsers(): Promise<number>;
  /** The most recently active users, newest first. */
  recentUsers(limit: number): Promise<string[]>;
  totals(): Promise<SequenceTotals>;
}

export function createSequenceStore(
  { commands }: RedisConnection,
  { namespace, keep, seenKeep }: SequenceStoreOptions,
): SequenceStore {
  const keys = keysOf(namespace);
  const script = loadScript('apply-batch');
  const registry = createUserRegistry(commands, keys);

  const applyBatch = async (users: readonly UserOperations[]): Promise<AppliedUser[]> => {
    const plans = users.filter(({ operations }) => operations.length > 0).map((user) => planUser(user, keep, seenKeep));
    const replies = await commands.run(
      script,
      plans.map(({ user: { userId }, args }) => ({
        keys: [keys.sequence(userId), keys.seen(userId), keys.user(userId)],
        args,
      })),
    );
    const applied = plans.map((plan, index) => readApplied(plan, replies[index] ?? null));
    const active = plans.filter(({ members }) => members.length > 0);
    await registry.update(
      active.map(({ user, newestTimestamp }) => ({ userId: user.userId, timestamp: newestTimestamp })),
      plans.filter(({ forgetAt }) => forgetAt >= 0).map(({ user }) => user.userId),
    );
    return applied;
  };

  const read = async (userIds: readonly string[], newest?: number): Promise<Sequence[]> => {
    const start = newest === undefined ? 0 : -newest;
    // The revision first: should the sequence change in between, its content is newer than its label and never older.
    const replies = await commands.pipeline(
      userIds.flatMap((userId) => [
        ['HGET', keys.user(userId), 'revision'],
        ['ZRANGE', keys.sequence(userId), start, -1],
      ]),
    );
    return userIds.map((userId, index) => ({
      userId,
      revision: Number(replies[index * 2] ?? 0),
      events: newest === 0 ? [] : (replies[index * 2 + 1] as string[]).map(decodeMember),
    }));
  };

  const seenMany = async (userIds: readonly string[], newest = seenKeep): Promise<string[][]> => {
    if (newest <= 0) return userIds.map(() => []);
    return (await commands.pipeline(
      userIds.map((userId) => ['ZRANGE', keys.seen(userId), 0, newest - 1, 'REV']),
    )) as string[][];
  };

  const totals = async (): Promise<SequenceTotals> => {
    let users = 0;
    let applied = 0;
    let droppedByCap = 0;
    for await (const slice of registry.list(SLICE)) {
      const replies = await commands.pipeline(
        slice.flatMap((userId) => [
          ['ZCARD', keys.sequence(userId)],
          ['HGET', keys.user(userId), 'dropped'],
        ]),
      );
      users += slice.length;
      replies.forEach((reply, index) => {
        if (index % 2 === 0) applied += Number(reply);
        else droppedByCap += Number(reply ?? 0);
      });
    }
    return { users, applied, droppedByCap };
  };

  return {
    applyBatch,
    read,
    seenMany,
    seen: async (userId, newest) => (await seenMany([userId], newest))[0] ?? [],
    revisions: async (userIds) => {
      const replies = await commands.pipeline(userIds.map((userId) => ['HGET', keys.user(userId), 'revision']));
      return replies.map((reply) => Number(reply ?? 0));
    },
    haveSeen: async (itemId, userIds) => {
      const replies = await commands.pipeline(userIds.map((userId) => ['ZSCORE', keys.seen(userId), itemId]));
      return replies.map((reply) => reply !== null);
    },
    listUsers: (slice = SLICE, shard) => registry.list(slice, shard),
    countUsers: () => registry.count(),
    recentUsers: (limit) => registry.recent(limit),
    totals,
  };
}
