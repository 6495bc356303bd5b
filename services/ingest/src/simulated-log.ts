import type { Rejection } from '@click-recall/contracts';
import type { ConsumedBatch, ConsumedMessage } from '@click-recall/kafka';

/** For tests only: events as a test makes them up, and the log that they end up in. */
export interface MadeUpEvent {
  readonly userId: string;
  readonly itemId?: string;
  readonly eventId: string;
  readonly timestamp: number;
  readonly type: 'click' | 'forget';
}

export interface SimulatedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ConsumedMessage[];
}

/** A partition of a log that holds these events, appended a few at the same millisecond, some of them with bytes that are no event. */
export function simulatePartition(partition: number, events: readonly (MadeUpEvent | 'garbage')[]): SimulatedPartition {
  const messages = events.map((event, index) => ({
    key: event === 'garbage' ? null : event.userId,
    value: Buffer.from(event === 'garbage' ? '{"userId":' : JSON.stringify(event)),
    offset: String(index),
    appendTimeMs: 1_750_000_000_000 + Math.floor(index / 3),
    headers: {},
  }));
  return { topic: 'clicks', partition, messages };
}

/** Up to `count` messages from an offset on, as a fetch gives them. */
export function fetchFrom(
  { topic, partition, messages }: SimulatedPartition,
  offset: number,
  count: number,
): ConsumedBatch {
  return { topic, partition, highWatermark: BigInt(messages.length), messages: messages.slice(offset, offset + count) };
}

export interface ReplayedUser {
  readonly sequence: { timestamp: number; eventId: string; itemId: string }[];
  readonly seen: string[];
}

/** What the log says, by the book: replayed in memory, once, in order. Ids must be ASCII. */
export function replay(events: readonly MadeUpEvent[], keep: number, seenKeep: number): Map<string, ReplayedUser> {
  const users = new Map<string, Map<string, { timestamp: number; eventId: string; itemId: string }>>();
  for (const { userId, itemId, eventId, timestamp, type } of events) {
    if (type === 'forget' || itemId === undefined) users.delete(userId);
    else {
      const set = users.get(userId) ?? new Map();
      users.set(userId, set.set(JSON.stringify([timestamp, eventId, itemId]), { timestamp, eventId, itemId }));
    }
  }
  return new Map([...users].map(([userId, set]) => [userId, replayed([...set.values()], keep, seenKeep)]));
}

function replayed(events: ReplayedUser['sequence'], keep: number, seenKeep: number): ReplayedUser {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  events.sort((a, b) => a.timestamp - b.timestamp || compare(a.eventId, b.eventId) || compare(a.itemId, b.itemId));
  const newest = new Map<string, number>();
  for (const { itemId, timestamp } of events) newest.set(itemId, Math.max(timestamp, newest.get(itemId) ?? 0));
  const seen = [...newest].sort(([a, atA], [b, atB]) => atB - atA || compare(b, a)).map(([itemId]) => itemId);
  return { sequence: events.slice(-keep), seen: seen.slice(0, seenKeep) };
}

/** The letters that were written, as a test wants to look at them. */
export interface WrittenLetter {
  readonly partition: number;
  readonly offset: string;
  readonly rejection: Rejection;
}
