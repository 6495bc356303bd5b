import type { KafkaAdmin, Subscriber, TopicPartition } from '@click-recall/kafka';
import type { OffsetStore } from '@click-recall/redis';
import { messageOf, repeat, type Logger } from '@click-recall/runtime';
import type { Markers } from './markers.js';

export interface RewindOnNewMastersParts {
  /** The masters that Redis has now, each process by a name of its own; none for a single server. */
  readonly servers: () => Promise<readonly string[]>;
  readonly offsets: Pick<OffsetStore, 'readServers' | 'noteServers'>;
  readonly admin: Pick<KafkaAdmin, 'topicOffsetsAt'>;
  readonly markers: Pick<Markers, 'rewind'>;
  readonly subscriber: Pick<Subscriber, 'assigned' | 'seek'>;
  readonly logger: Logger;
  /** How far back of the last time that the former masters were seen, by append time, ms. */
  readonly windowMs: number;
  readonly everyMs: number;
  readonly onRewind: (partition: TopicPartition) => void;
}

/**
 * In a Redis Cluster a marker and the data that it speaks of lie on different masters, so a failover or a restart that lost writes of one of
 * them leaves no trace in the marker. So the masters are noted beside it, with the time; where others stand there, the log is applied again
 * from `windowMs` before that time on; what is known already changes nothing. The note outlives the process: its successor compares with it.
 */
export function rewindOnNewMasters(parts: RewindOnNewMastersParts): { readonly stop: () => Promise<void> } {
  const { servers, offsets, admin, markers, subscriber, logger, windowMs, everyMs, onRewind } = parts;

  const look = async (): Promise<void> => {
    // Before the masters are asked: should they change meanwhile, the next look goes back to before that.
    const atMs = Date.now();
    const now = await servers();
    // A single server, or a cluster that is just being looked up.
    if (now.length === 0) return;
    for (const partition of subscriber.assigned()) {
      const seen = await offsets.readServers(partition.topic, partition.partition);
      if (seen && seen.servers.join() !== now.join()) await rewind(partition, seen.atMs - windowMs);
      // Only now: where the rewind failed, the next look tries again.
      await offsets.noteServers(partition.topic, partition.partition, { servers: now, atMs });
    }
  };

  const rewind = async (partition: TopicPartition, sinceMs: number): Promise<void> => {
    logger.warn(
      { ...partition },
      `Redis has other masters: applying the log again since ${new Date(sinceMs).toISOString()}`,
    );
    const starts = await admin.topicOffsetsAt(partition.topic, sinceMs);
    await markers.rewind(partition, starts.get(partition.partition) ?? 0n, (offset) => {
      subscriber.seek(partition, offset);
      onRewind(partition);
    });
  };

  return repeat(look, {
    everyMs,
    onError: (error) => logger.warn(`the masters of Redis cannot be compared now: ${messageOf(error)}`),
  });
}
