import type { ClickEventInput, ItemInput, Rejection } from '@click-recall/contracts';
import {
  DataFileError,
  readEventLog,
  readItemLog,
  toClickEvent,
  type EventLog,
  type EventLogSource,
  type ItemLog,
  type ItemLogSource,
} from '@click-recall/datasets';

type Delivery = { readonly status: 'delivered' } | { readonly status: 'rejected'; readonly rejection: Rejection };

/** What a replay needs of a publisher: a promise for each message that settles once the broker has it, or could not get it. */
export interface ReplayPublisher {
  publish(event: ClickEventInput): Promise<Delivery>;
  publishItem(item: ItemInput): Promise<Delivery>;
}

export interface ReplayInput {
  readonly log: EventLog;
  readonly items: ItemLog | undefined;
}

const CHUNK = 2_000;

/**
 * Reads and checks both files wholly.
 *
 * @throws DataFileError when a file or a column is missing or no row is an event: nothing has been published then
 */
export async function readReplay(events: EventLogSource, items: ItemLogSource | undefined): Promise<ReplayInput> {
  const log = await readEventLog(events);
  return { log, items: items && (await readItemLog(items)) };
}

/**
 * Publishes items, then clicks in time order. Event ids say file and row, so publishing again changes nothing.
 *
 * @param onProgress told how many messages the broker has, out of how many
 */
export async function publishReplay(
  { log, items }: ReplayInput,
  publisher: ReplayPublisher,
  signal: AbortSignal | undefined,
  onProgress: (published: number, of: number) => void,
): Promise<void> {
  const rows = items?.items ?? [];
  const of = rows.length + log.events.length;
  let published = 0;
  // A chunk at a time: the publisher batches within it, and memory holds no promise for every row.
  const inChunks = async <T>(all: readonly T[], publish: (one: T) => Promise<Delivery>): Promise<void> => {
    for (let from = 0; from < all.length; from += CHUNK) {
      signal?.throwIfAborted();
      const chunk = all.slice(from, from + CHUNK);
      for (const delivery of await Promise.all(chunk.map(publish))) {
        // Rows have been checked by the same schema; what is left is an event larger than a broker takes.
        if (delivery.status === 'rejected')
          throw new DataFileError(`cannot be published: ${delivery.rejection.message}`);
      }
      published += chunk.length;
      onProgress(published, of);
    }
  };
  await inChunks(rows, (item) => publisher.publishItem(item));
  await inChunks(log.events, (event) => publisher.publish(toClickEvent(log.fileId, event)));
}
