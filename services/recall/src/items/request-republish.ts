import { idFault, parseItem } from '@click-recall/contracts';
import type { Jobs } from '@click-recall/jobs';
import type { ConsumedBatch, ConsumedMessage } from '@click-recall/kafka';
import type { OffsetStore } from '@click-recall/redis';
import { RetriableError } from '@click-recall/runtime';
import { DELETION_SEEN_MS } from './watch-deleted-items.js';

/** Items of one job. */
const SLICE = 10_000;

export interface RequestRepublishDeps {
  readonly jobs: Pick<Jobs, 'add'>;
  /** How far ingest has applied `items`. */
  readonly offsets: Pick<OffsetStore, 'read'>;
  readonly delayMs?: number;
}

/**
 * Asks for new recommendations where a batch of `items` deletes some, once ingest has stored that: a job before that would find nothing
 * deleted. The job waits until no list that is made meanwhile can still hold them. Messages that cannot be read are ingest's to report.
 */
export function createRequestRepublish({ jobs, offsets, delayMs = DELETION_SEEN_MS }: RequestRepublishDeps) {
  return async function handleBatch({ topic, partition, messages }: ConsumedBatch): Promise<void> {
    const deleted = deletedIn(messages);
    const last = messages.at(-1);
    if (deleted.length === 0 || !last) return;
    const applied = await offsets.read(topic, partition);
    if (applied === null || BigInt(applied) < BigInt(last.offset)) {
      throw new RetriableError(`ingest has not applied ${topic}[${partition}] up to ${last.offset} yet`);
    }
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
      if (key !== null && !idFault(key)) deleted.set(key, true);
      continue;
    }
    const parsed = parseItem(value);
    if (parsed.ok) deleted.set(parsed.value.itemId, parsed.value.deleted === true);
  }
  return [...deleted].filter(([, isDeleted]) => isDeleted).map(([itemId]) => itemId);
}
