import { parseItem, type Item } from '@click-recall/contracts';
import type { ConsumedBatch, ConsumedMessage, Outcome } from '@click-recall/kafka';

/** Reads the messages of a batch of `items`, one outcome each. A tombstone says that the item of its key is deleted. */
export function parseItems({ messages }: ConsumedBatch): Outcome<Item>[] {
  return messages.map((message) => {
    const parsed = parseItem(message.value === null ? deletion(message) : message.value);
    return parsed.ok ? { kind: 'ok', value: parsed.value } : { kind: 'dead-letter', rejection: parsed.rejection };
  });
}

/** Written out and parsed like any other, so that a key that is no id is refused with the same words. */
function deletion({ key }: ConsumedMessage): Uint8Array | null {
  return key === null ? null : Buffer.from(JSON.stringify({ itemId: key, deleted: true }));
}
