import { parseMessage, sequenceUpdateSchema, type SequenceUpdate } from '@click-recall/contracts';
import type { ConsumedBatch, Outcome } from '@click-recall/kafka';

/** Reads the messages of a batch of `sequence-updates`, one outcome each. */
export function parseUpdates({ messages }: ConsumedBatch): Outcome<SequenceUpdate>[] {
  return messages.map(({ value }) => {
    const parsed = parseMessage(sequenceUpdateSchema, value);
    return parsed.ok ? { kind: 'ok', value: parsed.value } : { kind: 'dead-letter', rejection: parsed.rejection };
  });
}
