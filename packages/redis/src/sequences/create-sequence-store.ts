import type { RedisConnection } from '../connection/redis-connection.js';
import type { AppliedUser, Sequence, UserOperations } from './sequence.js';

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
  /** Every user, in slices of about `slice`; users that come or go meanwhile may or may not be among them, none comes twice. */
  listUsers(slice?: number): AsyncIterable<string[]>;
  countUsers(): Promise<number>;
  /** The most recently active users, newest first. */
  recentUsers(limit: number): Promise<string[]>;
  totals(): Promise<SequenceTotals>;
}

export function createSequenceStore(_redis: RedisConnection, _options: SequenceStoreOptions): SequenceStore {
  throw new Error('not built yet');
}
