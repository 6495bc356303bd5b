import { isForget, type SequenceUpdate } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { AppliedUser } from '@click-recall/redis';
import type { UserClicks } from './group-by-user.js';

/** One update for each user who has news: its cause is the newest event that made the sequence what it is. */
export function sequenceUpdates(users: readonly UserClicks[], applied: readonly AppliedUser[]): SequenceUpdate[] {
  const clicksOf = new Map(users.map(({ userId, clicks }) => [userId, clicks]));
  return applied
    .filter(({ announce }) => announce)
    .map(({ userId, revision, forgotten, cause }) => {
      const click = clicksOf.get(userId)?.[cause];
      if (!click) throw new Error('the store names a cause that is not in the batch');
      const { event, eventId, appendTimeMs } = click;
      return {
        version: 1,
        userId,
        revision,
        ...(!isForget(event) && { itemId: event.itemId }),
        forgotten,
        cause: { kind: 'click', eventId, timestamp: event.timestamp, appendedAt: appendTimeMs },
      };
    });
}

export function toMessages(updates: readonly SequenceUpdate[]): OutgoingMessage[] {
  return updates.map((update) => ({ key: update.userId, value: JSON.stringify(update) }));
}
