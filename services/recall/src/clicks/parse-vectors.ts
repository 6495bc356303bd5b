import { parseMessage, userVectorSchema } from '@click-recall/contracts';
import type { ConsumedBatch, Outcome } from '@click-recall/kafka';
import type { VectorEvent } from './coalesce-vectors.js';

/** Reads the messages of a batch of `user-vectors`, one outcome each. A tombstone says that the user of its key was forgotten. */
export function parseVectors({ messages }: ConsumedBatch): Outcome<VectorEvent>[] {
  return messages.map(({ key, value }) => {
    if (value === null && key !== null) return { kind: 'ok', value: { kind: 'forgotten', userId: key } };
    const parsed = parseMessage(userVectorSchema, value);
    if (!parsed.ok) return { kind: 'dead-letter', rejection: parsed.rejection };
    return { kind: 'ok', value: { kind: 'vector', userId: parsed.value.userId, message: parsed.value } };
  });
}
