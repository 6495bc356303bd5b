import { isForget } from '@click-recall/contracts';
import type { SequenceOperation, UserOperations } from '@click-recall/redis';
import type { LoggedClick } from './parse-clicks.js';

/** What one user did within a batch, in the order of the log. */
export interface UserClicks extends UserOperations {
  /** Of the same length and order as `operations`. */
  readonly clicks: readonly LoggedClick[];
}

/** Gathers a batch by user, so that each is one step of the store and at most one update. */
export function groupByUser(clicks: readonly LoggedClick[]): UserClicks[] {
  const users = new Map<string, { userId: string; operations: SequenceOperation[]; clicks: LoggedClick[] }>();
  for (const click of clicks) {
    const { userId } = click.event;
    let user = users.get(userId);
    if (!user) users.set(userId, (user = { userId, operations: [], clicks: [] }));
    user.operations.push(toOperation(click));
    user.clicks.push(click);
  }
  return [...users.values()];
}

function toOperation({ event, eventId, appendTimeMs }: LoggedClick): SequenceOperation {
  if (isForget(event)) return { kind: 'forget', appendTimeMs };
  return { kind: 'add', timestamp: event.timestamp, eventId, itemId: event.itemId, appendTimeMs };
}
