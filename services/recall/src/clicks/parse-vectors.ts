import { parseMessage, userVectorSchema } from '@click-recall/contracts';
import type { ConsumedBatch, DeadLetter } from '@click-recall/kafka';
import type { VectorEvent } from './coalesce-vectors.js';

/** Splits a batch of `user-vectors` into what can be read and what cannot. */
export function parseVectors({ topic, partition, messages }: ConsumedBatch): {
  events: VectorEvent[];
  letters: DeadLetter[];
} {
  const events: VectorEvent[] = [];
  const letters: DeadLetter[] = [];
  for (const message of messages) {
    if (message.value === null && message.key !== null) {
      events.push({ kind: 'forgotten', userId: message.key });
      continue;
    }
    const parsed = parseMessage(userVectorSchema, message.value);
    if (parsed.ok) events.push({ kind: 'vector', userId: parsed.value.userId, message: parsed.value });
    else letters.push({ source: { topic, partition }, message, rejection: parsed.rejection });
  }
  return { events, letters };
}
