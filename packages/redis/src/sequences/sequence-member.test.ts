import { describe, expect, it } from 'vitest';
import { testRedis } from '../test-redis.js';
import { compareBytes, decodeMember, encodeMember } from './sequence-member.js';
import type { SequenceEvent } from './sequence.js';

/** Ids made to collide: prefixes of one another, NUL and the escape, lengths, code points on both sides of the surrogates. */
const IDS = [
  'a',
  'ab',
  'abc',
  'b',
  '\0',
  '\0\0',
  'a\0',
  'a\0b',
  '\u0001',
  'a\u0001',
  'a\u0001\u0002',
  '\u0002',
  'é',
  '\uffff',
  '😀',
  'a😀',
];

function* allEvents(): Generator<SequenceEvent> {
  for (const timestamp of [0, 9, 10, 1_700_000_000_000, Number.MAX_SAFE_INTEGER]) {
    for (const eventId of IDS) for (const itemId of IDS) yield { timestamp, eventId, itemId };
  }
}

/** The order that is promised, said plainly. */
function byTimeEventItem(a: SequenceEvent, b: SequenceEvent): number {
  return (
    a.timestamp - b.timestamp ||
    Buffer.compare(Buffer.from(a.eventId), Buffer.from(b.eventId)) ||
    Buffer.compare(Buffer.from(a.itemId), Buffer.from(b.itemId))
  );
}

describe('the member of a sequence', () => {
  it('is another one for every other event, and reads back as the event', () => {
    const events = [...allEvents()];
    expect(new Set(events.map(encodeMember)).size).toBe(events.length);
    expect(events.map((event) => decodeMember(encodeMember(event)))).toEqual(events);
  });

  it('has the byte order of (time, event id, item id)', () => {
    const events = [...allEvents()].toSorted(byTimeEventItem);
    const members = [...allEvents()]
      .map((event) => Buffer.from(encodeMember(event)))
      .toSorted((a, b) => Buffer.compare(a, b));
    expect(members.map((member) => decodeMember(member.toString()))).toEqual(events);
  });

  it('is put by Redis into that order where times are equal', async () => {
    const { redis, namespace } = await testRedis();
    const events = [...allEvents()].filter(({ timestamp }) => timestamp === 10);
    await redis.commands.pipeline(events.map((event) => ['ZADD', `${namespace}:z`, 10, encodeMember(event)]));
    const stored = (await redis.commands.call(['ZRANGE', `${namespace}:z`, 0, -1])) as string[];
    expect(stored.map(decodeMember)).toEqual(events.toSorted(byTimeEventItem));
  });

  it('refuses a time that cannot be a score', () => {
    for (const timestamp of [-1, 1.5, NaN, 2 ** 53]) {
      expect(() => encodeMember({ timestamp, eventId: 'e', itemId: 'i' })).toThrow('not a time');
    }
  });
});

describe('compareBytes', () => {
  it('agrees with the order of UTF-8 bytes', () => {
    for (const a of IDS) {
      for (const b of IDS) {
        expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }
    }
  });
});
