import { setTimeout as delay } from 'node:timers/promises';
import { parseItem } from '@click-recall/contracts';
import type { BatchControl, ConsumedBatch, ConsumedMessage } from '@click-recall/kafka';
import type { OffsetStore } from '@click-recall/redis';
import { RetriableError, type Logger, type Metrics } from '@click-recall/runtime';
import type { WritableVersions } from '../open-versions.js';
import { followNewItems, type FollowedItems, type FollowNewItemsDeps } from './follow-new-items.js';

export interface NewItemPipelineDeps extends FollowNewItemsDeps {
  readonly openVersions: () => Promise<WritableVersions>;
  /** How far ingest has applied `items`. */
  readonly offsets: Pick<OffsetStore, 'read'>;
  readonly metrics: Pick<Metrics, 'vectorsWritten' | 'vectorsClamped' | 'newItemsFailed'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Longest wait for ingest before the batch is tried again. */
  readonly patienceMs?: number;
}

const POLL_MS = 20;

/**
 * What happens to a batch of `items`: once ingest has stored it, the vectors of its items are made equal to what is stored, in the live
 * version and in those being built. Only the ids are taken from the messages, so a batch that is read again, late or out of order does
 * the same. Messages that cannot be read are ingest's to report.
 *
 * A feed that says the same of every item again costs no writing: adding a vector keeps Redis from everything else for a moment.
 *
 * The versions are asked for after the batch is stored: a version that joins later reads the store itself.
 */
export function createNewItemPipeline(deps: NewItemPipelineDeps) {
  const { openVersions, offsets, metrics, logger, patienceMs = 5_000 } = deps;

  return async function handleBatch(batch: ConsumedBatch, control: BatchControl): Promise<void> {
    const itemIds = itemsIn(batch.messages);
    if (itemIds.length === 0) return;
    await stored(batch, control);
    const { live, building } = await openVersions();
    for (const version of live ? [live, ...building] : building) {
      const followed = await followNewItems(deps, version, itemIds, 'presence');
      countFollowed(metrics, followed);
      // `keepNewItems` tries again now and then, and so does the next build.
      if (followed.failed > 0) logger.warn({ version: version.version }, failureOf(version.version, followed));
    }
  };

  async function stored({ topic, partition, messages }: ConsumedBatch, control: BatchControl): Promise<void> {
    const last = BigInt(messages.at(-1)?.offset ?? -1);
    for (const deadline = Date.now() + patienceMs; ; await delay(POLL_MS)) {
      const applied = await offsets.read(topic, partition);
      if (applied !== null && BigInt(applied) >= last) return;
      if (Date.now() > deadline || control.isStale()) {
        throw new RetriableError(`ingest has not applied ${topic}[${partition}] up to ${last} yet`);
      }
    }
  }
}

/** Tells Prometheus what was written of new items. */
export function countFollowed(
  metrics: NewItemPipelineDeps['metrics'],
  { written, clamped, failed }: Omit<FollowedItems, 'removed'>,
): void {
  metrics.vectorsWritten.inc({ kind: 'new-items' }, written);
  metrics.vectorsClamped.inc({ kind: 'new-items' }, clamped);
  metrics.newItemsFailed.inc(failed);
}

/** What the log says of items that the mapping gives no vector. */
export function failureOf(version: string, { failed, problem }: Pick<FollowedItems, 'failed' | 'problem'>): string {
  return `${version} gives no vector to ${failed} new items: ${problem}`;
}

function itemsIn(messages: readonly ConsumedMessage[]): string[] {
  const itemIds = messages.flatMap(({ key, value }) => {
    if (value === null) return key === null ? [] : [key];
    const parsed = parseItem(value);
    return parsed.ok ? [parsed.value.itemId] : [];
  });
  return [...new Set(itemIds)];
}
