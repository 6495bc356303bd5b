import type { AppliedUser, UserOperations } from './sequence.js';
import { compareBytes, encodeMember } from './sequence-member.js';
import type { Reply } from '../connection/commands.js';

/** A user's operations as `apply-batch.lua` takes them. */
export interface UserPlan {
  readonly user: UserOperations;
  readonly args: readonly (string | number)[];
  /** Place of the last forget in the operations, -1 for none. What comes before it has no effect but being erased. */
  readonly forgetAt: number;
  /** Lengths of the ascending runs of the adds after it. */
  readonly runs: readonly number[];
  readonly members: readonly string[];
  readonly newestTimestamp: number;
}

/** Turns the operations of one user into the arguments of one step. */
export function planUser(user: UserOperations, keep: number, seenKeep: number): UserPlan {
  const { operations } = user;
  const forgetAt = operations.findLastIndex(({ kind }) => kind === 'forget');
  const members: string[] = [];
  const runs: number[] = [];
  let newestAppend = 0;
  let newestTimestamp = 0;
  let previousTimestamp = Infinity;
  for (let index = Math.max(forgetAt, 0); index < operations.length; index += 1) {
    const operation = operations[index];
    if (!operation) break;
    newestAppend = Math.max(newestAppend, operation.appendTimeMs);
    if (operation.kind === 'forget') continue;
    const member = encodeMember(operation);
    const { timestamp } = operation;
    const ascends =
      timestamp > previousTimestamp ||
      (timestamp === previousTimestamp && compareBytes(members.at(-1) ?? '', member) <= 0);
    if (ascends) runs.push((runs.pop() ?? 0) + 1);
    else runs.push(1);
    members.push(member);
    previousTimestamp = timestamp;
    newestTimestamp = Math.max(newestTimestamp, timestamp);
  }
  const args = [keep, seenKeep, forgetAt >= 0 ? 1 : 0, newestAppend, runs.length, ...runs, ...members];
  return { user, args, forgetAt, runs, members, newestTimestamp };
}

/** Reads the script's result. */
export function readApplied({ user, forgetAt, runs, members }: UserPlan, reply: Reply): AppliedUser {
  const [shownRevision, dropped, ...counts] = reply as [string, number, ...number[]];
  const revision = Number(shownRevision);
  let added = 0;
  let stale = 0;
  let newest = -1;
  let repeated = -1;
  let start = 0;
  const isNewer = (place: number, than: number): boolean =>
    than < 0 || compareBytes(members[place] ?? '', members[than] ?? '') > 0;
  runs.forEach((length, run) => {
    const [runAdded = 0, runStale = 0, runNewest = 0] = counts.slice(run * 3);
    added += runAdded;
    stale += runStale;
    const place = start + runNewest - 1;
    if (runNewest > 0 && isNewer(place, newest)) newest = place;
    // A message whose append time the revision has reached was applied before: this is another delivery of it.
    for (let at = start + runStale; at < start + length; at += 1) {
      const operation = user.operations[forgetAt + 1 + at];
      if (operation && operation.appendTimeMs <= revision && isNewer(at, repeated)) repeated = at;
    }
    start += length;
  });
  const exists = members.length > 0;
  const forgotten = forgetAt >= 0 && !exists;
  const cause = newest >= 0 ? newest : repeated;
  return {
    userId: user.userId,
    revision,
    changed: added > 0 || forgetAt >= 0,
    announce: forgetAt >= 0 || cause >= 0,
    forgotten,
    added,
    dropped,
    duplicate: members.length - added - stale,
    stale,
    erased: forgetAt < 0 ? 0 : user.operations.slice(0, forgetAt).filter(({ kind }) => kind === 'add').length,
    cause: cause >= 0 ? forgetAt + 1 + cause : forgetAt,
  };
}
