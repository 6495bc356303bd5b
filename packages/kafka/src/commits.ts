import type { OffsetsByTopicPartition } from 'kafkajs';
import { rootMessage } from './kafka-errors.js';
import type { KafkaLogger } from './kafka-logger.js';
import type { TopicPartition } from './message.js';

/**
 * Offsets on their way to the broker. They are committed behind the back of the work, a few times a second: a commit that is lost or
 * late costs work done twice, which everybody bears, while waiting for one after each batch would cost every message a round trip.
 */
export interface Commits {
  /** How to commit; kafkajs hands the way out with each batch. */
  use(commit: (offsets: OffsetsByTopicPartition) => Promise<void>): void;
  /** @param next the offset after the last one that is done */
  add(partition: TopicPartition, next: bigint): void;
  /** Forgets what belongs to partitions that are somebody else's now. */
  keepOnly(partitions: readonly TopicPartition[]): void;
  /** Commits what there is. Never rejects. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createCommits({ everyMs, logger }: { everyMs: number; logger: KafkaLogger }): Commits {
  const pending = new Map<string, TopicPartition & { offset: string }>();
  let commit: ((offsets: OffsetsByTopicPartition) => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  async function commitPending(): Promise<void> {
    if (!commit || pending.size === 0) return;
    const entries = [...pending];
    pending.clear();
    try {
      await commit({ topics: byTopic(entries.map(([, entry]) => entry)) });
    } catch (error) {
      // Rebalances and broken connections end here. What is newer by now, or no longer ours, wins over what failed.
      logger.debug({ partitions: entries.length }, `offsets were not committed: ${rootMessage(error)}`);
      for (const [key, entry] of entries) if (owned(entry) && !pending.has(key)) pending.set(key, entry);
      if (pending.size > 0) later();
    }
  }

  let ours: ReadonlySet<string> | undefined;
  const owned = (partition: TopicPartition): boolean => ours === undefined || ours.has(keyOf(partition));

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    flushing = flushing.then(commitPending);
    return flushing;
  }

  function later(): void {
    timer ??= setTimeout(() => void flush(), everyMs);
  }

  return {
    use(next) {
      commit = next;
    },
    add({ topic, partition }, next) {
      pending.set(keyOf({ topic, partition }), { topic, partition, offset: next.toString() });
      later();
    },
    keepOnly(partitions) {
      ours = new Set(partitions.map(keyOf));
      for (const [key, entry] of pending) if (!owned(entry)) pending.delete(key);
    },
    flush,
    async close() {
      await flush();
      clearTimeout(timer);
    },
  };
}

function byTopic(entries: readonly (TopicPartition & { offset: string })[]): OffsetsByTopicPartition['topics'] {
  const topics = [...new Set(entries.map(({ topic }) => topic))];
  return topics.map((topic) => ({
    topic,
    partitions: entries
      .filter((entry) => entry.topic === topic)
      .map(({ partition, offset }) => ({ partition, offset })),
  }));
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}
