import { describe, expect, it } from 'vitest';
import { coalesceVectors, type VectorEvent } from './coalesce-vectors.js';

function vector(userId: string, sequenceRevision: number): VectorEvent {
  const cause = { kind: 'click', eventId: `e${sequenceRevision}`, timestamp: 1, appendedAt: 1 } as const;
  const message = { version: 1, userId, sequenceRevision, modelVersion: 'v', vector: [1], cause } as const;
  return { kind: 'vector', userId, message: { ...message, vector: [1] } };
}
const forgotten = (userId: string): VectorEvent => ({ kind: 'forgotten', userId });

describe('vectors of a batch', () => {
  it('become one a user: the newest revision, whatever the order', () => {
    const newest = coalesceVectors([vector('a', 1), vector('a', 3), vector('b', 5), vector('a', 2)]);
    expect(newest).toEqual([vector('a', 3), vector('b', 5)]);
  });

  it('keep a repeat, whose cause is newer', () => {
    expect(coalesceVectors([vector('a', 1), vector('a', 1)])).toHaveLength(1);
  });

  it('have the tombstone, and the vector only where it came after', () => {
    expect(coalesceVectors([vector('a', 1), forgotten('a')])).toEqual([forgotten('a')]);
    const back = [vector('a', 9), vector('b', 1), forgotten('a'), vector('a', 2)];
    expect(coalesceVectors(back)).toEqual([forgotten('a'), vector('a', 2), vector('b', 1)]);
  });
});
