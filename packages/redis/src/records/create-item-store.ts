import type { Item } from '@click-recall/contracts';
import { Repository, Schema } from 'redis-om';
import type { Command, RedisCommands } from '../connection/commands.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { encodeId, keysOf, REGISTRY_SHARDS, shardOf, type Keys } from '../keys.js';
import type { RecordClient } from './create-record-client.js';

/** What is known of items. One writer: ingest, which hands them over in the order of the log. */
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

const SHARDS = Array.from({ length: REGISTRY_SHARDS }, (_, shard) => shard);

export function createItemStore(
  records: RecordClient,
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): ItemStore {
  const keys = keysOf(namespace);
  const schema = new Schema(
    keys.itemsPrefix,
    {
      itemId: { type: 'string' },
      version: { type: 'number' },
      title: { type: 'string' },
      // Both as JSON: redis-om would join a list by a bar, which a category may hold, and a hash has no place for nesting.
      categories: { type: 'string' },
      attributes: { type: 'string' },
      deleted: { type: 'boolean' },
    },
    { dataStructure: 'HASH' },
  );
  // All calls of one turn of the event loop go out in one write: node-redis pipelines them by itself.
  const withRepository = <T>(work: (repository: Repository<ItemRecord>) => Promise<T>): Promise<T> =>
    records.use((connection) => work(new Repository(schema as Schema<ItemRecord>, connection)));

  return {
    upsert: async (items) => {
      const newest = [...new Map(items.map((item) => [item.itemId, item])).values()];
      await withRepository((repository) =>
        Promise.all(newest.map((item) => repository.save(encodeId(item.itemId), toRecord(item)))),
      );
      await commands.pipeline(
        newest.flatMap((item) => membershipOf(keys, item.itemId, item.deleted ? 'deleted' : 'known')),
      );
    },
    remove: async (itemIds) => {
      // One at a time: in a cluster they are of different slots.
      await withRepository((repository) => Promise.all(itemIds.map((itemId) => repository.remove(encodeId(itemId)))));
      await commands.pipeline(itemIds.flatMap((itemId) => membershipOf(keys, itemId, 'gone')));
    },
    get: async (itemIds) => {
      const found = await withRepository((repository) => repository.fetch(itemIds.map(encodeId)));
      return found.map(toItem);
    },
    count: async () => {
      const sizes = await commands.pipeline(SHARDS.map((shard) => ['SCARD', keys.knownItems(shard)]));
      return sizes.reduce((sum: number, size) => sum + Number(size), 0);
    },
    listDeleted: async () => {
      const shards = await commands.pipeline(SHARDS.map((shard) => ['SMEMBERS', keys.deletedItems(shard)]));
      return (shards as string[][]).flat();
    },
    listIds: (slice = 1_000) => listIds(commands, keys, slice),
  };
}

type ItemRecord = {
  itemId: string;
  version: number;
  title?: string;
  categories?: string;
  attributes?: string;
  deleted?: boolean;
};

function toRecord({ itemId, version, title, categories, attributes, deleted }: Item): ItemRecord {
  return {
    itemId,
    version,
    ...(title !== undefined && { title }),
    ...(categories && { categories: JSON.stringify(categories) }),
    ...(attributes && { attributes: JSON.stringify(attributes) }),
    ...(deleted !== undefined && { deleted }),
  };
}

/** redis-om gives an empty entity for a hash that is not there. */
function toItem({ itemId, title, categories, attributes, deleted }: Partial<ItemRecord>): Item | undefined {
  if (itemId === undefined) return undefined;
  return {
    version: 1,
    itemId,
    ...(title !== undefined && { title }),
    ...(categories !== undefined && { categories: JSON.parse(categories) as string[] }),
    ...(attributes !== undefined && { attributes: JSON.parse(attributes) as Record<string, unknown> }),
    ...(deleted !== undefined && { deleted }),
  };
}

/** Puts an id in the set where it belongs and out of the other. */
function membershipOf(keys: Keys, itemId: string, state: 'known' | 'deleted' | 'gone'): Command[] {
  const shard = shardOf(itemId, REGISTRY_SHARDS);
  return [
    [state === 'known' ? 'SADD' : 'SREM', keys.knownItems(shard), itemId],
    [state === 'deleted' ? 'SADD' : 'SREM', keys.deletedItems(shard), itemId],
  ];
}

async function* listIds(commands: RedisCommands, keys: Keys, slice: number): AsyncGenerator<string[]> {
  for (const shard of SHARDS) {
    const shown = new Set<string>();
    let cursor = '0';
    do {
      const [next, ids] = (await commands.call(['SSCAN', keys.knownItems(shard), cursor, 'COUNT', slice])) as [
        string,
        string[],
      ];
      cursor = next;
      // A scan may show an id twice while the set is being resized.
      const fresh = ids.filter((id) => !shown.has(id));
      for (const id of fresh) shown.add(id);
      for (let start = 0; start < fresh.length; start += slice) yield fresh.slice(start, start + slice);
    } while (cursor !== '0');
  }
}
