import { REJECTION_REASONS } from '@click-recall/contracts';
import type { ConsumedMessage, Outcome } from '@click-recall/kafka';
import { anyId, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { coalesceVectors, type VectorEvent } from './coalesce-vectors.js';
import { parseVectors } from './parse-vectors.js';

const valid = (userId: string, sequenceRevision: number, modelVersion: string) => ({
  version: 1,
  userId,
  sequenceRevision,
  modelVersion,
  vector: [0.5, 1],
  cause: { kind: 'click', eventId: 'e', timestamp: 1_700_000_000_000, appendedAt: 1_700_000_000_001 },
});
const value = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(anyId, fc.nat(3), anyId).map((of) => Buffer.from(JSON.stringify(valid(...of)))) },
  { weight: 2, arbitrary: hostileJson(valid('u', 1, 'v')) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const message = fc
  .record({ key: fc.option(anyId), value })
  .map((part): ConsumedMessage => ({ ...part, offset: '0', appendTimeMs: 0, headers: {} }));

const parsed = (messages: readonly ConsumedMessage[]) =>
  parseVectors({ topic: 'user-vectors', partition: 0, highWatermark: 0n, messages });

function isRight(outcome: Outcome<VectorEvent>, { key, value: bytes }: ConsumedMessage): boolean {
  if (outcome.kind !== 'ok')
    return outcome.kind === 'dead-letter' && REJECTION_REASONS.includes(outcome.rejection.reason);
  const event = outcome.value;
  if (event.kind === 'forgotten') return bytes === null && event.userId === key;
  return bytes !== null && event.userId === event.message.userId && event.message.vector.every(Number.isFinite);
}

it('a batch of anything has one outcome a message, whatever stands beside it: a vector, a forget, or a reason of the list', () => {
  const check = (messages: readonly ConsumedMessage[]): void => {
    const outcomes = parsed(messages);
    expect(outcomes).toEqual(messages.flatMap((one) => parsed([one])));
    expect(outcomes.filter((outcome, place) => !isRight(outcome, messages[place]!))).toEqual([]);
  };
  fc.assert(fc.property(fc.array(message, { maxLength: 6 }), check), { numRuns: 100 });
});

it('what is taken of a batch is, of each user, at most one forget and, after all forgets, the newest vector', () => {
  const check = (messages: readonly ConsumedMessage[]): void => {
    const events = parsed(messages).flatMap((outcome) => (outcome.kind === 'ok' ? [outcome.value] : []));
    const forgotten = new Set(events.flatMap(({ kind, userId }) => (kind === 'forgotten' ? [userId] : [])));
    const newest = new Map<string, VectorEvent>();
    for (const event of events) {
      const known = newest.get(event.userId);
      if (event.kind === 'forgotten') newest.delete(event.userId);
      else if (known?.kind !== 'vector' || known.message.sequenceRevision <= event.message.sequenceRevision)
        newest.set(event.userId, event);
    }
    const taken = coalesceVectors(events);
    expect(taken.slice(0, forgotten.size)).toEqual(Array.from(forgotten, (userId) => ({ kind: 'forgotten', userId })));
    expect(new Set(taken.slice(forgotten.size))).toEqual(new Set(newest.values()));
    expect(taken).toHaveLength(forgotten.size + newest.size);
  };
  fc.assert(fc.property(fc.array(message, { maxLength: 12 }), check), { numRuns: 100 });
});
