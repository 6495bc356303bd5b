import { hostileBytes, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recommendationSchema, sequenceUpdateSchema, userVectorSchema } from './messages.js';
import { parseClick, parseItem, parseMessage } from './parse-event.js';
import { REJECTION_REASONS, type Parsed } from './rejection.js';

const clickCause = { kind: 'click', eventId: 'e', timestamp: 1_700_000_000_000, appendedAt: 1_700_000_000_001 };
const now = 1_700_000_100_000;

const parsers: [string, object, (bytes: Uint8Array) => Parsed<unknown>][] = [
  [
    'a click',
    {
      version: 1,
      eventId: 'e',
      userId: 'u',
      itemId: 7,
      timestamp: '2023-11-14T22:13:20Z',
      type: 'view',
      context: { a: [1] },
    },
    (bytes) => parseClick(bytes, now),
  ],
  ['a forget', { userId: 'u', timestamp: 1_700_000_000_000, type: 'forget' }, (bytes) => parseClick(bytes, now)],
  [
    'an item',
    { version: 1, itemId: 'i', title: 't', categories: ['a', 'b'], attributes: { a: { b: 1 } }, deleted: false },
    parseItem,
  ],
  [
    'a sequence update',
    { version: 1, userId: 'u', revision: 3, itemId: 'i', forgotten: false, cause: clickCause },
    (bytes) => parseMessage(sequenceUpdateSchema, bytes),
  ],
  [
    'a user vector',
    { version: 1, userId: 'u', sequenceRevision: 3, modelVersion: 'v', vector: [0.5, 1], cause: clickCause },
    (bytes) => parseMessage(userVectorSchema, bytes),
  ],
  [
    'a recommendation',
    {
      version: 1,
      recommendationId: 'r',
      userId: 'u',
      sequenceRevision: 3,
      items: [{ itemId: 'i', score: 1, channel: 'nearest', rankScore: 2 }],
      modelVersion: 'v',
      rankerVersion: null,
      generatedAt: 5,
      cause: clickCause,
    },
    (bytes) => parseMessage(recommendationSchema, bytes),
  ],
];

describe.each(parsers)('the bytes of %s, damaged in any way,', (_what, valid, parse) => {
  it('are read when they are whole', () => {
    expect(parse(Buffer.from(JSON.stringify(valid))).ok).toBe(true);
  });

  it('are read or refused for a reason of the list', () => {
    const check = (bytes: Uint8Array): void => {
      const parsed = parse(bytes);
      const isReadable = parsed.ok && JSON.stringify(parsed.value).length > 0;
      const isRefused = !parsed.ok && REJECTION_REASONS.includes(parsed.rejection.reason);
      expect(isReadable || isRefused).toBe(true);
    };
    const whole = hostileJson(valid);
    fc.assert(fc.property(whole, check), { numRuns: 200 });
    fc.assert(fc.property(whole.chain(hostileBytes), check), { numRuns: 50 });
  });
});
