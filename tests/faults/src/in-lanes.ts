import type { Random } from './random.js';
import type { RowRun } from './row.js';

export interface Lane {
  /** The rounds that are made in it, counted from 0 over the whole row. */
  readonly rounds: readonly number[];
  /** Its own, so that it makes the same choices however quick the others are. */
  readonly random: Random;
}

/** Deals the rounds of a row out to lanes beside each other, at most so many: rounds that mostly wait for a time-out then wait together. */
export async function inLanes(
  { rounds, random }: Pick<RowRun, 'rounds' | 'random'>,
  most: number,
  go: (lane: Lane) => Promise<void>,
): Promise<void> {
  const lanes = Math.min(most, rounds);
  const numbers = Array.from({ length: rounds }, (_, round) => round);
  // All of them end before one's failure ends the row: another would go on to start services that nobody stops.
  const ended = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) =>
      go({ rounds: numbers.filter((round) => round % lanes === lane), random: random.fork() }),
    ),
  );
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
