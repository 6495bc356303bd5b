import { parseMessage, sequenceUpdateSchema, type SequenceUpdate } from '@click-recall/contracts';
import type { ConsumedBatch, DeadLetter } from '@click-recall/kafka';

/** Splits a batch into what can be read and what cannot. */
export function parseUpdates({ topic, partition, messages }: ConsumedBatch): {
  updates: SequenceUpdate[];
  letters: DeadLetter[];
} {
  const updates: SequenceUpdate[] = [];
  const letters: DeadLetter[] = [];
  for (const message of messages) {
    const parsed = parseMessage(sequenceUpdateSchema, message.value);
    if (parsed.ok) updates.push(parsed.value);
    else letters.push({ source: { topic, partition }, message, rejection: parsed.rejection });
  }
  return { updates, letters };
}
