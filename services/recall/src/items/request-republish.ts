import { parseItem } from '@click-recall/contracts';
import type { Jobs } from '@click-recall/jobs';
import type { ConsumedBatch, ConsumedMessage } from '@click-recall/kafka';
import { DELETION_SEEN_MS } from './watch-deleted-items.js';

/** Items of one job. */
const SLICE = 10_000;

/**
 * Asks for new recommendations where a batch of `items` deletes some. The job waits until no list that is made meanwhile can still hold
 * them. Messages that cannot be read are ingest's to report.
 */
export function createRequestRepublish(jobs: Pick<Jobs, 'add'>, delayMs = DELETION_SEEN_MS) {
  return async function handleBatch({ messages }: ConsumedBatch): Promise<void> {
    const deleted = deletedIn(messages);
    for (let start = 0; start < deleted.length; start += SLICE) {
      const itemIds = deleted.slice(start, start + SLICE);
      const cause = { kind: 'item-deleted' as const, itemId: itemIds[0]! };
      await jobs.add('republish', { cause, itemIds }, { delayMs });
    }
  };
}

/** Items whose newest message deletes them. */
export function deletedIn(messages: readonly Pick<ConsumedMessage, 'key' | 'value'>[]): string[] {
  const deleted = new Map<string, boolean>();
  for (const { key, value } of messages) {
    if (value === null) {
      if (key !== null) deleted.set(key, true);
      continue;
    }
    const parsed = parseItem(value);
    if (parsed.ok) deleted.set(parsed.value.itemId, parsed.value.deleted === true);
  }
  return [...deleted].filter(([, isDeleted]) => isDeleted).map(([itemId]) => itemId);
}
