import type { Dataset } from '@click-recall/datasets';
import { sequenceBatch, type SequenceBatch } from '@click-recall/model';

/** One sequence a user, in the order of `userIds`, oldest click first; its row in a table of users is that order, from 1. */
export function userSequences({ userIds, interactions: { users, items } }: Dataset): SequenceBatch {
  const sequences: number[][] = userIds.map(() => []);
  users.forEach((user, row) => sequences[user]!.push(items[row]!));
  return sequenceBatch(
    sequences,
    Int32Array.from(userIds, (_, user) => user + 1),
  );
}
