import type { AppliedUser } from '@click-recall/redis';
import { describe, expect, it } from 'vitest';
import { groupByUser } from './group-by-user.js';
import type { LoggedClick } from './parse-clicks.js';
import { sequenceUpdates } from './sequence-updates.js';

const nothing = { added: 0, dropped: 0, duplicate: 0, stale: 0, erased: 0, changed: true, announce: true };

function click(eventId: string, timestamp: number): LoggedClick {
  return {
    event: { version: 1, userId: 'u', itemId: `i-${eventId}`, timestamp, type: 'click' },
    eventId,
    appendTimeMs: 9,
  };
}
function forget(eventId: string, timestamp: number): LoggedClick {
  return { event: { version: 1, userId: 'u', timestamp, type: 'forget' }, eventId, appendTimeMs: 9 };
}

/** [event, item, forgotten] of each update. */
function updatesOf(clicks: LoggedClick[], applied: Pick<AppliedUser, 'forgotten' | 'cause'>) {
  const updates = sequenceUpdates(groupByUser(clicks), [{ ...nothing, userId: 'u', revision: 9, ...applied }]);
  return updates.map(({ cause, itemId, forgotten, revision }) => [cause.eventId, itemId, forgotten, revision]);
}

describe('updates of a batch', () => {
  it('name the newest event', () => {
    expect(updatesOf([click('a', 1), click('b', 2)], { forgotten: false, cause: 1 })).toEqual([['b', 'i-b', false, 9]]);
  });

  it('say that a user was forgotten, also where they have clicked since', () => {
    expect(updatesOf([click('a', 1), forget('f', 2)], { forgotten: true, cause: 1 })).toEqual([
      ['f', undefined, true, 9],
    ]);
    expect(updatesOf([forget('e', 1), forget('f', 2), click('b', 3)], { forgotten: false, cause: 2 })).toEqual([
      ['f', undefined, true, 9],
      ['b', 'i-b', false, 9],
    ]);
  });
});
