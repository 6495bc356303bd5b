import type { ConsumedBatch, BatchControl, Publisher, Settle } from '@click-recall/kafka';
import type { ItemStore, SequenceStore } from '@click-recall/redis';
import type { Metrics } from '@click-recall/runtime';
import type { Markers, Taken } from './markers/markers.js';
import { countApplied } from './steps/count-applied.js';
import { groupByUser } from './steps/group-by-user.js';
import { parseClicks } from './steps/parse-clicks.js';
import { parseItems } from './steps/parse-items.js';
import { sequenceUpdates, toMessages } from './steps/sequence-updates.js';

/** Handles one batch; by the time it resolves all it did is acknowledged, so the offset may be committed. */
export type HandleBatch = (batch: ConsumedBatch, control: BatchControl) => Promise<void>;

export interface ClickPipelineParts {
  readonly settle: Settle;
  readonly sequences: Pick<SequenceStore, 'applyBatch'>;
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly markers: Pick<Markers, 'take' | 'advance'>;
  readonly metrics: Metrics;
  /** Full name of the `sequence-updates` topic. */
  readonly updatesTopic: string;
}

/**
 * Clicks to sequences. A crash between any two steps repeats the batch, and every step bears that: letters are told apart by their
 * origin, applying is idempotent and says what may not have been announced, an update is recognised by its revision.
 */
export function createClickPipeline(parts: ClickPipelineParts): HandleBatch {
  const { settle, sequences, publisher, markers, metrics, updatesTopic } = parts;
  return async (batch, control) => {
    const taken = markers.take(batch);
    const clicks = await settle(batch, parseClicks(batch));
    const users = groupByUser(clicks);
    const applied = await sequences.applyBatch(users);
    const updates = sequenceUpdates(users, applied);
    await publisher.publish(updatesTopic, toMessages(updates));
    countApplied(metrics, applied, updates);
    await advance(markers, metrics, batch, taken, control);
  };
}

export interface ItemPipelineParts {
  readonly settle: Settle;
  readonly items: Pick<ItemStore, 'upsert'>;
  readonly markers: Pick<Markers, 'take' | 'advance'>;
  readonly metrics: Metrics;
}

/** Items to what is known of them; the newest message of an item wins, so repeating a batch in order changes nothing. */
export function createItemPipeline({ settle, items, markers, metrics }: ItemPipelineParts): HandleBatch {
  return async (batch, control) => {
    const taken = markers.take(batch);
    const known = await settle(batch, parseItems(batch));
    await items.upsert(known);
    metrics.itemsApplied.inc(known.length);
    await advance(markers, metrics, batch, taken, control);
  };
}

async function advance(
  markers: ItemPipelineParts['markers'],
  metrics: Metrics,
  batch: ConsumedBatch,
  taken: Taken,
  control: BatchControl,
): Promise<void> {
  const last = batch.messages.at(-1)?.offset;
  if (last === undefined) return;
  const rewindTo = await markers.advance(batch, taken, last);
  if (rewindTo === undefined) return;
  metrics.offsetsRewound.inc({ topic: batch.topic });
  control.seek(rewindTo);
}
