import type { Item } from '@click-recall/contracts';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { RecordClient } from './create-record-client.js';

/** What is known of items. */
export interface ItemStore {
  /** Replaces what was known of each item; of several of the same id the last wins. */
  upsert(items: readonly Item[]): Promise<void>;
  /** Removes all trace of items (tombstones of the topic). */
  remove(itemIds: readonly string[]): Promise<void>;
  /** In the order asked for; undefined where nothing is known. */
  get(itemIds: readonly string[]): Promise<(Item | undefined)[]>;
  /** Items known and not deleted. */
  count(): Promise<number>;
  /** Ids of the items marked deleted. */
  listDeleted(): Promise<string[]>;
  /** Ids of the items known and not deleted, in slices. */
  listIds(slice?: number): AsyncIterable<string[]>;
}

export function createItemStore(
  _records: RecordClient,
  _redis: RedisConnection,
  _options: { readonly namespace: string },
): ItemStore {
  throw new Error('not built yet');
}
