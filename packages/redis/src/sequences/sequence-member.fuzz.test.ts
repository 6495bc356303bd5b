import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBytes, decodeMember, encodeMember } from './sequence-member.js';

const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => !/\p{Surrogate}/u.test(text));
const event = fc.record({ timestamp: fc.maxSafeNat(), eventId: id, itemId: id });

it('any event is read from its member as it was, and members sort as (time, event, item) do', () => {
  fc.assert(
    fc.property(event, event, (a, b) => {
      expect(decodeMember(encodeMember(a))).toEqual(a);
      const order = a.timestamp - b.timestamp || compareBytes(a.eventId, b.eventId) || compareBytes(a.itemId, b.itemId);
      expect(Math.sign(Buffer.compare(Buffer.from(encodeMember(a)), Buffer.from(encodeMember(b))))).toBe(
        Math.sign(order),
      );
    }),
    { numRuns: 1000 },
  );
});

it('any other text is an error that says so', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let result: unknown;
      try {
        result = decodeMember(text).timestamp;
      } catch (error) {
        result = error;
      }
      expect(
        typeof result === 'number'
          ? Number.isNaN(result)
          : !(result as Error).message.startsWith('a member of a sequence'),
      ).toBe(false);
    }),
    { numRuns: 1000 },
  );
});
