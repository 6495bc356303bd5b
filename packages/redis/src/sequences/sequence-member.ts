import type { SequenceEvent } from './sequence.js';

/**
 * The member of a sequence's sorted set: `time event-id NUL item-id`.
 *
 * Its byte order is the order of (time, event id, item id), and Redis breaks ties of equal scores by byte order, so the order of
 * the sequence needs nothing but the set. That rules out length prefixes (they sort by length first); instead the event id is
 * ended by NUL, which sorts before every other byte, and a NUL or SOH inside of it is escaped so that order is kept
 * (NUL -> SOH SOH, SOH -> SOH STX). The item id comes last and needs neither.
 */
export function encodeMember({ timestamp, eventId, itemId }: SequenceEvent): string {
  return `${encodeTime(timestamp)}${escape(eventId)}\0${itemId}`;
}

/** @throws Error when the string is no member */
export function decodeMember(member: string): SequenceEvent {
  const end = member.indexOf('\0', TIME_WIDTH);
  if (end < 0) throw new Error('a member of a sequence has no end of its event id');
  const time = member.slice(0, TIME_WIDTH);
  if (!/^\d+$/.test(time)) throw new Error('a member of a sequence does not begin with its time');
  return {
    timestamp: Number(time),
    eventId: unescape(member.slice(TIME_WIDTH, end)),
    itemId: member.slice(end + 1),
  };
}

/** Digits of the largest safe integer: every time in ms that JavaScript can hold. */
const TIME_WIDTH = 16;

/** @throws Error for a time that is negative or no safe integer; contracts let none through */
function encodeTime(timestamp: number): string {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw new Error(`not a time of a click: ${timestamp}`);
  return String(timestamp).padStart(TIME_WIDTH, '0');
}

// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\0\u0001]/;

function escape(id: string): string {
  if (!SPECIAL.test(id)) return id;
  return id.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001');
}

function unescape(id: string): string {
  if (!SPECIAL.test(id)) return id;
  return id.replaceAll(/\u0001([\u0001\u0002])/g, (_, code: string) => (code === '\u0001' ? '\0' : '\u0001'));
}

/** Order of two strings by their UTF-8 bytes, which is that of their code points and not that of `<` (UTF-16 units). */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // A surrogate stands for a code point above the whole basic plane.
    const leftIsSurrogate = left >= 0xd800 && left <= 0xdfff;
    const rightIsSurrogate = right >= 0xd800 && right <= 0xdfff;
    if (leftIsSurrogate !== rightIsSurrogate) return leftIsSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
