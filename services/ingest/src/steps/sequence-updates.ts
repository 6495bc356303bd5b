import { isForget, type SequenceUpdate } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { AppliedUser } from '@click-recall/redis';
import type { UserClicks } from './group-by-user.js';

/**
 * One update for each user who has news: its cause is the newest event that made the sequence what it is. Before it, for a user who was
 * forgotten and has clicked since, one that says so: what was made of the erased clicks must go.
 */
export function sequenceUpdates(users: readonly UserClicks[], applied: readonly AppliedUser[]): SequenceUpdate[] {
  const clicksOf = new Map(users.map(({ userId, clicks }) => [userId, clicks]));
  return applied
    .filter(({ announce }) => announce)
    .flatMap(({ userId, revision, forgotten, cause }) => {
      const clicks = clicksOf.get(userId) ?? [];
      const newest = clicks[cause];
      if (!newest) throw new Error('the store names a cause that is not in the batch');
      const forget = forgotten ? undefined : clicks.findLast(({ event }) => isForget(event));
      return [
        ...(forget ? [updateOf(userId, revision, forget, true)] : []),
        updateOf(userId, revision, newest, forgotten),
      ];
    });
}

function updateOf(
  userId: string,
  revision: number,
  { event, eventId, appendTimeMs }: UserClicks['clicks'][number],
  forgotten: boolean,
): SequenceUpdate {
  return {
    version: 1,
    userId,
    revision,
    ...(!isForget(event) && { itemId: event.itemId }),
    forgotten,
    cause: { kind: 'click', eventId, timestamp: event.timestamp, appendedAt: appendTimeMs },
  };
}

export function toMessages(updates: readonly SequenceUpdate[]): OutgoingMessage[] {
  return updates.map((update) => ({ key: update.userId, value: JSON.stringify(update) }));
}
