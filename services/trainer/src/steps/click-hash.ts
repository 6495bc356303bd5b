import { createHash } from 'node:crypto';
import type { SequenceEvent } from '@click-recall/redis';

/**
 * 64 bits that stand for one click of one user. A model version stores these of clicks it was trained on: it can be asked
 * whether a click is among them, and does not tell who clicked, so a user who is forgotten is not in it either.
 */
export function clickHash(userId: string, { timestamp, eventId, itemId }: SequenceEvent): bigint {
  const text = JSON.stringify([userId, timestamp, eventId, itemId]);
  return createHash('sha256').update(text).digest().readBigUInt64LE(0);
}
