import { isUtf8 } from 'node:buffer';
import { parseItem, type Item, type Rejection } from '@click-recall/contracts';
import type { ConsumedBatch, ConsumedMessage, Outcome } from '@click-recall/kafka';

/** Reads the messages of a batch of `items`, one outcome each. A tombstone says that the item of its key is deleted. */
export function parseItems({ messages }: ConsumedBatch): Outcome<Item>[] {
  return messages.map((message) => {
    if (message.value === null && !isText(message)) return { kind: 'dead-letter', rejection: KEY_IS_NO_TEXT };
    const parsed = parseItem(message.value === null ? deletion(message) : message.value);
    return parsed.ok ? { kind: 'ok', value: parsed.value } : { kind: 'dead-letter', rejection: parsed.rejection };
  });
}

const KEY_IS_NO_TEXT: Rejection = {
  reason: 'malformed-id',
  field: 'itemId',
  message: 'expected the id of an item in UTF-8 as the key of a tombstone',
};

/** Bytes that are no UTF-8 read alike: one of them would delete the item of another. */
function isText({ key, raw }: ConsumedMessage): boolean {
  return key === null || raw?.key === undefined || raw.key === null || isUtf8(raw.key);
}

/** Written out and parsed like any other, so that a key that is no id is refused with the same words. */
function deletion({ key }: ConsumedMessage): Uint8Array | null {
  return key === null ? null : Buffer.from(JSON.stringify({ itemId: key, deleted: true }));
}
