import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';

/** A vector that was made of what is known of an item, its title and categories. */
export interface ColdVector {
  /** 16 hexadecimal digits that follow from what it was made of. */
  readonly digest: string;
  readonly vector: Float32Array;
}

/** An item with its vector. */
export interface ColdItemVector {
  readonly itemId: string;
  readonly vector: Float32Array;
}

/**
 * The items that have a vector although a model version has not seen them: one hash a version. They are in its index as well; here they can
 * be told from those of the vocabulary, be counted, and be read all at once.
 */
export interface ColdVectorStore {
  put(version: string, entries: readonly ({ readonly itemId: string } & ColdVector)[]): Promise<void>;
  /** In the order asked for; undefined where there is none. */
  get(version: string, itemIds: readonly string[]): Promise<(ColdVector | undefined)[]>;
  /** Removes items; unknown ids are fine. Their vectors can be asked for with {@link former} for a day. */
  remove(version: string, itemIds: readonly string[]): Promise<void>;
  /** The vectors that removed items had, in the order asked for. */
  former(version: string, itemIds: readonly string[]): Promise<(Float32Array | undefined)[]>;
  /** Every item once, in slices of about `slice`. */
  list(version: string, slice?: number): AsyncIterable<ColdItemVector[]>;
  count(version: string): Promise<number>;
  drop(version: string): Promise<void>;
}

const DIGEST_BYTES = 8;
/** How long the vector of a removed item is kept: lists that hold the item are found by it, and made anew. */
const FORMER_SECONDS = 24 * 60 * 60;

export function createColdVectorStore(
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): ColdVectorStore {
  const keys = keysOf(namespace);

  const read = async (key: string, itemIds: readonly string[]): Promise<(ColdVector | undefined)[]> => {
    if (itemIds.length === 0) return [];
    const reply = (await commands.callBytes(['HMGET', key, ...itemIds])) as (Buffer | null)[];
    return reply.map((bytes) => (bytes === null ? undefined : decodeColdVector(bytes)));
  };

  return {
    put: async (version, entries) => {
      if (entries.length === 0) return;
      const fields = entries.flatMap(({ itemId, ...vector }) => [itemId, encode(vector)]);
      await commands.call(['HSET', keys.coldVectors(version), ...fields]);
    },
    get: (version, itemIds) => read(keys.coldVectors(version), itemIds),
    remove: async (version, itemIds) => {
      const known = await read(keys.coldVectors(version), itemIds);
      const fields = itemIds.flatMap((itemId, place) => (known[place] ? [itemId, encode(known[place])] : []));
      if (fields.length === 0) return;
      // In this order: a process that ends in between leaves what says that there is something to remove.
      const former = keys.formerColdVectors(version);
      await commands.pipeline([
        ['HSET', former, ...fields],
        ['EXPIRE', former, FORMER_SECONDS],
      ]);
      await commands.call(['HDEL', keys.coldVectors(version), ...itemIds]);
    },
    former: async (version, itemIds) =>
      (await read(keys.formerColdVectors(version), itemIds)).map((found) => found?.vector),
    list: async function* (version, slice = 1_000) {
      const shown = new Set<string>();
      let cursor = '0';
      do {
        const scan = ['HSCAN', keys.coldVectors(version), cursor, 'COUNT', slice];
        const [next, pairs] = (await commands.callBytes(scan)) as [Buffer, Buffer[]];
        cursor = next.toString();
        const entries: ColdItemVector[] = [];
        for (let place = 0; place + 1 < pairs.length; place += 2) {
          const itemId = pairs[place]!.toString();
          // A scan may show a field twice while the hash is being resized.
          if (shown.has(itemId)) continue;
          shown.add(itemId);
          const cold = decodeColdVector(pairs[place + 1]!);
          if (cold) entries.push({ itemId, vector: cold.vector });
        }
        if (entries.length > 0) yield entries;
      } while (cursor !== '0');
    },
    count: async (version) => Number(await commands.call(['HLEN', keys.coldVectors(version)])),
    drop: async (version) => {
      await commands.pipeline([
        ['UNLINK', keys.coldVectors(version)],
        ['UNLINK', keys.formerColdVectors(version)],
      ]);
    },
  };
}

function encode({ digest, vector }: ColdVector): Buffer {
  const bytes = Buffer.alloc(DIGEST_BYTES + vector.byteLength);
  bytes.write(digest, 'hex');
  bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), DIGEST_BYTES);
  return bytes;
}

/** The vector is a copy, aligned, and keeps nothing of the reply alive. Undefined for bytes that are none: as if nothing were stored. */
export function decodeColdVector(bytes: Buffer): ColdVector | undefined {
  if (bytes.length < DIGEST_BYTES || bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined;
  const floats = new Uint8Array(bytes.subarray(DIGEST_BYTES));
  return { digest: bytes.toString('hex', 0, DIGEST_BYTES), vector: new Float32Array(floats.buffer) };
}
