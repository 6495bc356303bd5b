import { isForget, parseClick, parseItem, type Item } from '@click-recall/contracts';
import type { ConsumedMessage } from '@click-recall/kafka';

/** What a user's keys must hold. */
export interface ExpectedUser {
  /** Members of the sequence in its order, each with its score. */
  readonly sequence: readonly (readonly [member: Buffer, score: number])[];
  /** Items by newest click, the newest last, ties by bytes. */
  readonly seen: readonly (readonly [itemId: Buffer, score: number])[];
  /** Time of the newest click, ms. */
  readonly active: number;
}

/** The log, replayed in memory, one message at a time and by the book: no batches, no scripts, none of the stores' code. */
export interface ExpectedState {
  applyClick(message: ConsumedMessage, topic: string, partition: number): void;
  applyItem(message: ConsumedMessage): void;
  readonly userIds: () => Iterable<string>;
  readonly user: (userId: string) => ExpectedUser;
  /** Those who were forgotten and have done nothing since. */
  readonly forgottenIds: () => Iterable<string>;
  /** The newest message of each item. */
  readonly items: ReadonlyMap<string, Item>;
}

export interface Keeps {
  readonly sequenceKeep: number;
  readonly seenKeep: number;
}

interface User {
  /** Newest time of each member; the member says it too. */
  readonly events: Map<string, number>;
  readonly seen: Map<string, number>;
  active: number;
}

export function createExpectedState({ sequenceKeep, seenKeep }: Keeps): ExpectedState {
  const users = new Map<string, User>();
  const forgotten = new Set<string>();
  const items = new Map<string, Item>();

  return {
    applyClick({ value, offset, appendTimeMs }, topic, partition) {
      const parsed = parseClick(value, appendTimeMs);
      if (!parsed.ok) return;
      const event = parsed.value;
      if (isForget(event)) {
        users.delete(event.userId);
        forgotten.add(event.userId);
        return;
      }
      forgotten.delete(event.userId);
      const { userId, itemId, timestamp } = event;
      const eventId = event.eventId ?? `${topic}-${String(partition).padStart(4, '0')}-${offset.padStart(20, '0')}`;
      const user = users.get(userId) ?? { events: new Map(), seen: new Map(), active: 0 };
      users.set(userId, user);
      user.events.set(`${String(timestamp).padStart(16, '0')}${escaped(eventId)}\0${itemId}`, timestamp);
      user.seen.set(itemId, Math.max(timestamp, user.seen.get(itemId) ?? 0));
      user.active = Math.max(user.active, timestamp);
      prune(user.events, sequenceKeep);
      prune(user.seen, seenKeep);
    },
    applyItem(message) {
      const deletion =
        message.key === null ? null : Buffer.from(JSON.stringify({ itemId: message.key, deleted: true }));
      const parsed = parseItem(message.value === null ? deletion : message.value);
      if (parsed.ok) items.set(parsed.value.itemId, parsed.value);
    },
    userIds: () => users.keys(),
    forgottenIds: () => forgotten,
    user(userId) {
      const user = users.get(userId);
      if (!user) return { sequence: [], seen: [], active: 0 };
      return {
        sequence: newest(user.events, sequenceKeep),
        seen: newest(user.seen, seenKeep),
        active: user.active,
      };
    },
    items,
  };
}

/** Forgets what can no longer be among the newest, whatever comes: a long log must fit in memory. */
function prune(scores: Map<string, number>, keep: number): void {
  if (scores.size < 4 * keep) return;
  const kept = newest(scores, keep);
  scores.clear();
  for (const [member, score] of kept) scores.set(member.toString(), score);
}

/** As Redis orders a sorted set: by score, then by bytes. */
function newest(scores: ReadonlyMap<string, number>, keep: number): [Buffer, number][] {
  return [...scores]
    .map(([member, score]): [Buffer, number] => [Buffer.from(member), score])
    .sort(([a, atA], [b, atB]) => atA - atB || Buffer.compare(a, b))
    .slice(-keep);
}

/** NUL ends an event id within a member. */
function escaped(eventId: string): string {
  return eventId.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001');
}
