import type { TopicPartition } from '@click-recall/kafka';
import type { OffsetStore, RedisConnection } from '@click-recall/redis';

/** Offset of the last message that is applied; null: none is. */
export type Marker = string | null;

/** What a batch began with. */
export interface Taken {
  readonly marker: Marker;
  /** Of {@link RedisConnection.breaks}. */
  readonly breaks: number;
}

/**
 * How far each partition is applied, as Redis itself says it, beside what we believe. The marker lies with the data and moves after it,
 * so a Redis that came back with older data has an older marker, and what is missing is read from Kafka again.
 */
export interface Markers {
  /** Reads where the partition stands and remembers it. Gives the offset to start at. */
  load(partition: TopicPartition): Promise<string>;
  /** What we believe; take it before the batch is applied. Of a partition that is ours no longer: where the batch begins. */
  take(batch: TopicPartition & { readonly messages: readonly { readonly offset: string }[] }): Taken;
  /**
   * Moves the marker after a batch, if it stands where it stood before the batch and no connection has ended since.
   *
   * @returns undefined when it moved, else the offset to seek to
   */
  advance(partition: TopicPartition, taken: Taken, last: string): Promise<string | undefined>;
  /** Looks whether the marker still stands where we believe; when it is behind, adopts it and calls `rewind` in the same breath. */
  check(partition: TopicPartition, rewind: (offset: string) => void): Promise<void>;
  /**
   * Goes back to `offset`, if that is behind where we believe to stand: moves the marker there and calls `seek` in the same breath. A batch
   * under way is applied, finds the older marker, and goes back too.
   *
   * @returns false where the partition is not ours, not yet or no longer: nobody goes back by this call
   */
  rewind(partition: TopicPartition, offset: bigint, seek: (offset: string) => void): Promise<boolean>;
  /** No longer ours. */
  forget(partitions: readonly TopicPartition[]): void;
}

export interface MarkersParts {
  readonly offsets: OffsetStore;
  /** The connection that batches are applied over. */
  readonly redis: Pick<RedisConnection, 'breaks'>;
}

export function createMarkers({ offsets, redis }: MarkersParts): Markers {
  /** Of the partitions that are ours, from `load` to `forget`. */
  const beliefs = new Map<string, Marker>();

  function adopt(partition: TopicPartition, marker: Marker): string {
    const key = keyOf(partition);
    // A batch that ends late says nothing of a partition that may come back to us after others went on with it.
    if (beliefs.has(key)) beliefs.set(key, marker);
    return after(marker);
  }

  return {
    async load(partition) {
      const marker = await offsets.read(partition.topic, partition.partition);
      beliefs.set(keyOf(partition), marker);
      return after(marker);
    },
    take(batch) {
      const believed = beliefs.get(keyOf(batch));
      const marker = believed === undefined ? before(batch.messages[0]?.offset ?? '0') : believed;
      return { marker, breaks: redis.breaks() };
    },
    async advance(partition, { marker: began, breaks }, last) {
      const { topic, partition: number } = partition;
      // A server that was replaced after it had acknowledged the batch's writes may have lost them and still hold the marker that we expect:
      // the one that was there before the batch.
      const result =
        redis.breaks() === breaks
          ? await offsets.advance(topic, number, began, last)
          : { refused: await offsets.read(topic, number) };
      const moved = result === 'advanced';
      if (moved && redis.breaks() === breaks) {
        adopt(partition, last);
        return undefined;
      }
      const actual = moved ? last : result.refused;
      if (isBefore(actual, began)) return adopt(partition, actual);
      // Somebody else went on from where we began: this batch was ours no longer, and what it wrote late may undo what came after.
      // (Think of a click of a user who was forgotten since.) Whoever owns the partition applies from here again, in order.
      if (actual !== began) await offsets.reset(topic, number, began);
      return adopt(partition, began);
    },
    async check(partition, rewind) {
      const key = keyOf(partition);
      const believed = beliefs.get(key);
      const actual = await offsets.read(partition.topic, partition.partition);
      // A batch may have moved it while we asked; ahead of us is for `advance` to settle.
      const unchanged = beliefs.get(key) === believed;
      // No batch may start between the two: it would take the older marker for where it begins, and skip what lies between.
      if (believed !== undefined && unchanged && isBefore(actual, believed)) rewind(adopt(partition, actual));
    },
    async rewind(partition, offset, seek) {
      const key = keyOf(partition);
      const believed = beliefs.get(key);
      if (believed === undefined) return false;
      const target = before(offset);
      if (!isBefore(target, believed)) return true;
      await offsets.reset(partition.topic, partition.partition, target);
      if (!beliefs.has(key)) return false;
      seek(adopt(partition, target));
      return true;
    },
    forget(partitions) {
      for (const partition of partitions) beliefs.delete(keyOf(partition));
    },
  };
}

/** The offset to go on at. */
export function after(marker: Marker): string {
  return marker === null ? '0' : (BigInt(marker) + 1n).toString();
}

/** The marker with which one goes on at this offset. */
function before(offset: string | bigint): Marker {
  return BigInt(offset) > 0n ? (BigInt(offset) - 1n).toString() : null;
}

function isBefore(a: Marker, b: Marker): boolean {
  if (a === null || b === null) return a === null && b !== null;
  return BigInt(a) < BigInt(b);
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}
