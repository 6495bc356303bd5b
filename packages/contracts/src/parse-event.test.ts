import { describe, expect, it } from 'vitest';
import { isForget } from './click.js';
import { MAX_EVENT_BYTES, parseClick, parseClickValue, parseItem } from './parse-event.js';
import { REJECTION_REASONS, type RejectionReason } from './rejection.js';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
const bytes = (text: string) => new TextEncoder().encode(text);
const click = (fields: Record<string, unknown> = {}) => ({ userId: 'u', itemId: 'i', timestamp: NOW, ...fields });

function without(field: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(click()).filter(([name]) => name !== field));
}

describe('parseClick', () => {
  it('reads a click and fills in what was left out', () => {
    expect(parseClick(bytes(JSON.stringify(click())), NOW)).toEqual({
      ok: true,
      value: { version: 1, userId: 'u', itemId: 'i', timestamp: NOW, type: 'click' },
    });
  });

  it('keeps what else came with a click', () => {
    const fields = { version: 1, eventId: 'e1', type: 'like', context: { page: 'home', depth: 3 } };
    expect(parseClick(bytes(JSON.stringify(click(fields))), NOW)).toEqual({
      ok: true,
      value: { ...click(), ...fields },
    });
  });

  it('drops fields that it does not know, so that writers may add some', () => {
    const parsed = parseClickValue(click({ device: 'phone' }), NOW);
    expect(parsed).toEqual({ ok: true, value: { ...click(), version: 1, type: 'click' } });
  });

  it('reads a forget, which has no item', () => {
    const parsed = parseClickValue({ userId: 7, type: 'forget', timestamp: NOW }, NOW);
    expect(parsed.ok && isForget(parsed.value)).toBe(true);
    expect(parsed).toMatchObject({ value: { userId: '7', type: 'forget' } });
  });

  it('takes a forget that names an item as a forget', () => {
    const parsed = parseClickValue(click({ type: 'forget' }), NOW);
    expect(parsed.ok && isForget(parsed.value)).toBe(true);
  });

  describe('ids', () => {
    it.each([
      ['a string', 'user 1/ä{}', 'user 1/ä{}'],
      ['a safe integer', 9_007_199_254_740_991, '9007199254740991'],
      ['a negative integer', -3, '-3'],
      ['512 bytes', 'x'.repeat(512), 'x'.repeat(512)],
      ['512 bytes in 2-byte characters', 'ä'.repeat(256), 'ä'.repeat(256)],
    ])('accepts %s', (_what, userId, expected) => {
      expect(parseClickValue(click({ userId }), NOW)).toMatchObject({ ok: true, value: { userId: expected } });
    });
  });

  describe('times', () => {
    it.each([
      ['milliseconds', NOW, NOW],
      ['ISO 8601 in UTC', '2025-12-31T23:59:59.500Z', NOW - 500],
      ['ISO 8601 with an offset', '2026-01-01T02:00:00+02:00', NOW],
      ['the first moment of 1990', Date.UTC(1990, 0, 1), Date.UTC(1990, 0, 1)],
      ['exactly a day ahead', NOW + DAY, NOW + DAY],
    ])('accepts %s', (_what, timestamp, expected) => {
      expect(parseClickValue(click({ timestamp }), NOW)).toMatchObject({ ok: true, value: { timestamp: expected } });
    });

    it('judges "ahead" by the time it is told, not by the clock, so that a replay judges the same', () => {
      const event = click({ timestamp: NOW + DAY + 1 });
      expect(parseClickValue(event, NOW).ok).toBe(false);
      expect(parseClickValue(event, NOW + 1).ok).toBe(true);
    });
  });

  const refused: [string, Uint8Array | null, RejectionReason, string][] = [
    ['a tombstone', null, 'tombstone', ''],
    ['no bytes', bytes(''), 'not-json', ''],
    ['broken JSON', bytes('{"userId":'), 'not-json', ''],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'not-json', ''],
    ['a byte more than the limit', withBytes(MAX_EVENT_BYTES + 1), 'too-large', ''],
    ['a list', bytes('[]'), 'not-an-object', ''],
    ['null', bytes('null'), 'not-an-object', ''],
    ['a bare text', bytes('"click"'), 'not-an-object', ''],
    ['a newer version', json({ version: 2 }), 'unsupported-version', 'version'],
    ['a version that is no number', json({ version: '1' }), 'unsupported-version', 'version'],
    ['no user', bytes(JSON.stringify(without('userId'))), 'missing-field', 'userId'],
    ['no item', bytes(JSON.stringify(without('itemId'))), 'missing-field', 'itemId'],
    ['no time', bytes(JSON.stringify(without('timestamp'))), 'missing-field', 'timestamp'],
    ['a user that is null', json({ userId: null }), 'wrong-type', 'userId'],
    ['an item that is a list', json({ itemId: ['i'] }), 'wrong-type', 'itemId'],
    ['a time that is true', json({ timestamp: true }), 'wrong-type', 'timestamp'],
    ['a type that is a number', json({ type: 7 }), 'wrong-type', 'type'],
    ['a context that is a text', json({ context: 'home' }), 'wrong-type', 'context'],
    ['an empty user', json({ userId: '' }), 'empty-id', 'userId'],
    ['an empty event id', json({ eventId: '' }), 'empty-id', 'eventId'],
    ['a user of 513 bytes', json({ userId: 'x'.repeat(513) }), 'id-too-long', 'userId'],
    ['a user of 257 two-byte characters', json({ userId: 'ä'.repeat(257) }), 'id-too-long', 'userId'],
    [
      'an item with half a surrogate pair',
      bytes(String.raw`{"userId":"u","itemId":"\ud800","timestamp":1}`),
      'malformed-id',
      'itemId',
    ],
    [
      'a number that has lost digits',
      bytes('{"userId":9007199254740993,"itemId":"i","timestamp":1}'),
      'unsafe-integer-id',
      'userId',
    ],
    ['a fraction as an id', json({ itemId: 1.5 }), 'unsafe-integer-id', 'itemId'],
    ['a time in words', json({ timestamp: 'yesterday' }), 'invalid-timestamp', 'timestamp'],
    ['a local time', json({ timestamp: '2026-01-01T00:00:00' }), 'invalid-timestamp', 'timestamp'],
    ['a day that does not exist', json({ timestamp: '2026-02-30T00:00:00Z' }), 'invalid-timestamp', 'timestamp'],
    ['a fraction of a millisecond', json({ timestamp: 1.5 }), 'invalid-timestamp', 'timestamp'],
    ['seconds', json({ timestamp: Math.floor(NOW / 1000) }), 'timestamp-too-old', 'timestamp'],
    ['the end of 1989', json({ timestamp: Date.UTC(1990, 0, 1) - 1 }), 'timestamp-too-old', 'timestamp'],
    ['more than a day ahead', json({ timestamp: NOW + DAY + 1 }), 'timestamp-too-far-ahead', 'timestamp'],
    ['an empty type', json({ type: '' }), 'invalid-value', 'type'],
    ['a type that is too long', json({ type: 'x'.repeat(65) }), 'invalid-value', 'type'],
    ['a context too deep to be written again', bytes(nested(100_000)), 'invalid-value', ''],
  ];

  /** A click padded to so many bytes by its context. */
  function withBytes(length: number): Uint8Array {
    const bare = JSON.stringify(click({ context: { page: '' } }));
    return bytes(bare.replace('"page":""', `"page":"${'x'.repeat(length - bare.length)}"`));
  }

  it('takes an event of exactly the limit', () => {
    expect(withBytes(MAX_EVENT_BYTES)).toHaveLength(MAX_EVENT_BYTES);
    expect(parseClick(withBytes(MAX_EVENT_BYTES), NOW).ok).toBe(true);
  });

  function nested(levels: number): string {
    return `{"userId":"u","itemId":"i","timestamp":${NOW},"context":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
  }

  it('takes a context of the allowed depth', () => {
    expect(parseClick(bytes(nested(62)), NOW).ok).toBe(true);
    expect(parseClick(bytes(nested(63)), NOW).ok).toBe(false);
  });

  function json(fields: Record<string, unknown>): Uint8Array {
    return bytes(JSON.stringify(click(fields)));
  }

  it.each(refused)('refuses %s', (_what, value, reason, field) => {
    const parsed = parseClick(value, NOW);
    expect(parsed).toMatchObject({ ok: false, rejection: { reason, field } });
    expect(!parsed.ok && parsed.rejection.message).toMatch(/^expected|^Invalid input: expected|^Too /);
  });

  it('has a test for every reason there is, but for that of batches, which never get here', () => {
    const reasons = REJECTION_REASONS.filter((reason) => reason !== 'unreadable-batch');
    expect(new Set(refused.map(([, , reason]) => reason))).toEqual(new Set(reasons));
  });

  it('never throws, whatever the bytes', () => {
    for (let seed = 0; seed < 500; seed += 1) {
      const noise = Uint8Array.from({ length: seed % 40 }, (_, index) => (seed * 31 + index * 17) % 256);
      expect(parseClick(noise, NOW).ok).toBe(false);
    }
  });
});

describe('parseItem', () => {
  it('refuses attributes too deep to be stored as JSON', () => {
    const text = `{"itemId":"i","attributes":{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`;
    expect(parseItem(bytes(text))).toMatchObject({ ok: false, rejection: { reason: 'invalid-value' } });
  });

  it('reads an item', () => {
    const item = { itemId: 12, title: 'Alien', categories: ['Horror'], attributes: { year: 1979 } };
    expect(parseItem(bytes(JSON.stringify(item)))).toEqual({ ok: true, value: { ...item, version: 1, itemId: '12' } });
  });

  it.each([
    ['no id', {}, 'missing-field', 'itemId'],
    ['an empty category', { itemId: 1, categories: ['ok', ''] }, 'invalid-value', 'categories.1'],
    ['a title that is a number', { itemId: 1, title: 7 }, 'wrong-type', 'title'],
    ['a newer version', { itemId: 1, version: 9 }, 'unsupported-version', 'version'],
  ])('refuses %s', (_what, item, reason, field) => {
    expect(parseItem(bytes(JSON.stringify(item)))).toMatchObject({ ok: false, rejection: { reason, field } });
  });
});
