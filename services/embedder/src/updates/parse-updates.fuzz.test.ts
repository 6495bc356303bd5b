import { REJECTION_REASONS, type SequenceUpdate } from '@click-recall/contracts';
import type { ConsumedMessage, Outcome } from '@click-recall/kafka';
import { anyId, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { coalesceByUser } from './coalesce-by-user.js';
import { parseUpdates } from './parse-updates.js';

const cause = { kind: 'click', eventId: 'e', timestamp: 1_700_000_000_000, appendedAt: 1_700_000_000_001 };
const update = fc
  .record({ userId: anyId, revision: fc.nat(3), itemId: fc.option(anyId, { nil: undefined }), forgotten: fc.boolean() })
  .map((fields) => Buffer.from(JSON.stringify({ version: 1, ...fields, cause })));
const value = fc.oneof(
  { weight: 2, arbitrary: update },
  { weight: 2, arbitrary: hostileJson({ version: 1, userId: 'u', revision: 3, itemId: 'i', forgotten: false, cause }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const message = fc
  .record({ key: fc.option(anyId), value })
  .map((part): ConsumedMessage => ({ ...part, offset: '0', appendTimeMs: 0, headers: {} }));

const parsed = (messages: readonly ConsumedMessage[]) =>
  parseUpdates({ topic: 'sequence-updates', partition: 0, highWatermark: 0n, messages });

function isRight(outcome: Outcome<SequenceUpdate>, { value: bytes }: ConsumedMessage): boolean {
  if (outcome.kind === 'ok') return bytes !== null && Number.isSafeInteger(outcome.value.revision);
  if (outcome.kind === 'drop') return false;
  const { reason } = outcome.rejection;
  return bytes === null ? reason === 'tombstone' : REJECTION_REASONS.includes(reason);
}

it('a batch of anything has one outcome a message, whatever stands beside it: an update, or a reason of the list', () => {
  const check = (messages: readonly ConsumedMessage[]): void => {
    const outcomes = parsed(messages);
    expect(outcomes).toEqual(messages.flatMap((one) => parsed([one])));
    expect(outcomes.filter((outcome, place) => !isRight(outcome, messages[place]!))).toEqual([]);
  };
  fc.assert(fc.property(fc.array(message, { maxLength: 6 }), check), { numRuns: 100 });
});

it('what is taken of a batch is one update a user, the last of the newest revision, and no forget is lost', () => {
  const check = (messages: readonly ConsumedMessage[]): void => {
    const updates = parsed(messages).flatMap((outcome) => (outcome.kind === 'ok' ? [outcome.value] : []));
    const userIds = [...new Set(updates.map(({ userId }) => userId))];
    const expected = userIds.map((userId) => {
      const own = updates.filter((each) => each.userId === userId);
      const last = Math.max(...own.map(({ revision }) => revision));
      const { itemId: _itemId, version: _version, ...newest } = own.findLast(({ revision }) => revision === last)!;
      return { ...newest, erased: own.some(({ forgotten }) => forgotten) };
    });
    expect(coalesceByUser(updates)).toEqual(expected);
  };
  fc.assert(fc.property(fc.array(message, { maxLength: 12 }), check), { numRuns: 100 });
});
