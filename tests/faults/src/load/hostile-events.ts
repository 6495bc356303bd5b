import { MAX_EVENT_BYTES, type RejectionReason } from '@click-recall/contracts';

/** A message that must be refused, and why. */
export interface BadMessage {
  readonly what: string;
  readonly topic: 'clicks' | 'items';
  readonly value: Buffer | null;
  readonly key?: string;
  readonly reason: RejectionReason;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** One of every kind that the schemas refuse. */
export function badMessages(nowMs: number): BadMessage[] {
  const click = (fields: object) =>
    Buffer.from(JSON.stringify({ userId: 'bad', itemId: 'i', timestamp: nowMs, ...fields }));
  const bad = (what: string, value: Buffer | string | null, reason: RejectionReason): BadMessage => ({
    what,
    topic: 'clicks',
    value: typeof value === 'string' ? Buffer.from(value) : value,
    reason,
  });
  const badItem = (what: string, fields: object, reason: RejectionReason): BadMessage => ({
    ...bad(what, JSON.stringify(fields), reason),
    topic: 'items',
    // Brokers take nothing without a key on a compacted topic.
    key: 'bad',
  });
  return [
    bad('no value', null, 'tombstone'),
    bad('no bytes', '', 'not-json'),
    bad('half of an event', '{"userId":', 'not-json'),
    bad('bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00]), 'not-json'),
    bad('a list', '[]', 'not-an-object'),
    bad('null', 'null', 'not-an-object'),
    bad('a version of later', click({ version: 2 }), 'unsupported-version'),
    bad('no user', '{"itemId":"i","timestamp":1}', 'missing-field'),
    bad('a user that is a list', click({ userId: [1] }), 'wrong-type'),
    bad('a time that is true', click({ timestamp: true }), 'wrong-type'),
    bad('an empty item', click({ itemId: '' }), 'empty-id'),
    bad('a user of 513 bytes', click({ userId: 'x'.repeat(513) }), 'id-too-long'),
    bad('half of a surrogate pair', String.raw`{"userId":"\ud800","itemId":"i","timestamp":${nowMs}}`, 'malformed-id'),
    bad('a number that lost digits', click({ userId: 2 ** 60 }), 'unsafe-integer-id'),
    bad('a time in words', click({ timestamp: 'now' }), 'invalid-timestamp'),
    bad('seconds', click({ timestamp: Math.floor(nowMs / 1000) }), 'timestamp-too-old'),
    bad('two days ahead', click({ timestamp: nowMs + 2 * DAY_MS }), 'timestamp-too-far-ahead'),
    bad('a type of 65 characters', click({ type: 'x'.repeat(65) }), 'invalid-value'),
    bad(
      'a context nested a hundred thousand deep',
      `{"context":{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`,
      'invalid-value',
    ),
    bad('a byte too many', padded(click({ context: { page: '' } }), MAX_EVENT_BYTES + 1), 'too-large'),
    badItem('no item', {}, 'missing-field'),
    badItem('a title that is a number', { itemId: 'i', title: 7 }, 'wrong-type'),
    badItem('an empty category', { itemId: 'i', categories: [''] }, 'invalid-value'),
  ];
}

/** Ids that must come through as they are, whatever they look like to Redis, Lua, a log or a terminal. */
const ODD_IDS: readonly string[] = [
  '{}',
  '{user}',
  'a}b{c',
  '*',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%2e%2e',
  'line\nfeed',
  'carriage\r\n*1\r\n$8\r\nFLUSHALL\r\n',
  'nul\0inside',
  '\u001B[2J',
  'ü\u2028😀',
  '1 then redis.call("FLUSHALL") end',
  'x'.repeat(512),
];

/** A click that must be taken as it is. */
export interface OddClick {
  readonly userId: string;
  readonly itemId: string;
  /** What is stored as its time, ms. */
  readonly timestamp: number;
  readonly value: Buffer;
}

/** Events that look hostile and are fine: odd ids, the oldest and the newest times, the largest event. */
export function oddClicks(nowMs: number): OddClick[] {
  const click = (userId: string, fields: object = {}, timestamp = nowMs): OddClick => {
    const event = { userId, itemId: `of ${userId}`.slice(0, 500), timestamp };
    return { ...event, value: Buffer.from(JSON.stringify({ ...event, ...fields })) };
  };
  const large = click('large', { context: { page: '' } });
  return [
    ...ODD_IDS.map((id) => click(id)),
    click('first moment of 1990', {}, Date.UTC(1990, 0, 1)),
    click('nearly a day ahead', {}, nowMs + DAY_MS - 60_000),
    click('ISO 8601', { timestamp: new Date(nowMs).toISOString() }),
    click('fields of later', { colour: 'red', nested: { a: [1] } }),
    { ...large, value: padded(large.value, MAX_EVENT_BYTES) },
  ];
}

/** Fills the empty `page` of a click until it has so many bytes. */
function padded(click: Buffer, bytes: number): Buffer {
  const text = click.toString();
  return Buffer.from(text.replace('"page":""', `"page":"${'x'.repeat(bytes - click.length)}"`));
}
