import { DEAD_LETTER_HEADERS, DEAD_LETTER_MARKS } from '@click-recall/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOrigin, readOrigin } from './origin.js';
import { letterId, readDeadLetter } from './read-dead-letter.js';

const names = fc.constantFrom(
  ...DEAD_LETTER_HEADERS,
  ...Object.keys(DEAD_LETTER_MARKS),
  'source-header-x',
  '__proto__',
);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String), fc.constantFrom('clicks', 'clicks/1/2'));
const headers = fc.array(fc.tuple(names, text)).map((entries): Record<string, string> => Object.fromEntries(entries));

const message = { key: null, value: null, offset: '0', appendTimeMs: 0 };

it('reads any headers as a letter, or says why they are none', () => {
  fc.assert(
    fc.property(headers, (each) => {
      const read = readDeadLetter({ ...message, headers: each });
      expect(read.ok ? readOrigin(letterId(read.letter)) : read.why).toBeTruthy();
    }),
    { numRuns: 1000 },
  );
});

it('reads an origin back as it was written, and nothing else', () => {
  fc.assert(
    fc.property(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 59n }), (partition, offset) => {
      const origin = { topic: 'a.b-c_1', partition, offset };
      expect(readOrigin(formatOrigin(origin))).toEqual(origin);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (noise) => {
      const origin = readOrigin(noise);
      expect(origin === undefined || formatOrigin(origin) === noise).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

describe('readDeadLetter', () => {
  it.each([
    ['no headers', {}],
    ['a partition that is none', { 'source-topic': 't', 'source-partition': '-1', 'source-offset': '0', reason: 'r' }],
    ['an offset that is none', { 'source-topic': 't', 'source-partition': '1', 'source-offset': '1e3', reason: 'r' }],
    ['a topic that is none', { 'source-topic': 't\n', 'source-partition': '1', 'source-offset': '1', reason: 'r' }],
    ['no reason', { 'source-topic': 't', 'source-partition': '1', 'source-offset': '1' }],
  ])('says what is missing of a message with %s', (_what, given) => {
    expect(readDeadLetter({ ...message, headers: { ...given } }).ok).toBe(false);
  });
});
