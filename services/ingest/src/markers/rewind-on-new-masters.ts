import type { Subscriber, TopicPartition } from '@click-recall/kafka';
import type { OffsetStore } from '@click-recall/redis';
import { isRetriable, messageOf, repeat, type Logger } from '@click-recall/runtime';
import { after, type Markers } from './markers.js';
import { addMark, standBefore } from './marks.js';

export interface RewindOnNewMastersParts {
  /** The masters that Redis has now, each process by a name of its own; none for a single server. */
  readonly servers: () => Promise<readonly string[]>;
  readonly offsets: Pick<OffsetStore, 'read' | 'readServers' | 'noteServers'>;
  readonly markers: Pick<Markers, 'rewind'>;
  readonly subscriber: Pick<Subscriber, 'assigned' | 'seek'>;
  readonly logger: Logger;
  /** What was applied within so long before the former masters were seen last is applied again, ms. */
  readonly windowMs: number;
  readonly everyMs: number;
  readonly onRewind: (partition: TopicPartition) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * In a Redis Cluster a marker and the data that it speaks of lie on different masters, so a failover or a restart that lost writes of one of
 * them leaves no trace in the marker. So the masters are noted beside it, with how far the partition was applied when; where others stand there,
 * what was applied in the last `windowMs` under the former ones is applied again; what is known already changes nothing. The note outlives the
 * process: its successor compares with it.
 */
export function rewindOnNewMasters(parts: RewindOnNewMastersParts): { readonly stop: () => Promise<void> } {
  const { servers, offsets, markers, subscriber, logger, windowMs, everyMs, onRewind, onError } = parts;

  const look = async (): Promise<void> => {
    // Before the masters are asked: should they change meanwhile, the next look goes back to before that.
    const atMs = Date.now();
    const now = await servers();
    // A single server, or a cluster that is just being looked up.
    if (now.length === 0) return;
    for (const partition of subscriber.assigned()) {
      const { topic, partition: number } = partition;
      const seen = await offsets.readServers(topic, number);
      const differ = seen !== null && seen.servers.join() !== now.join();
      // Where its marker is not loaded yet, or another has it now: the note stays, for the next look at it to compare with.
      if (differ && !(await rewind(partition, standBefore(seen.marks, seen.atMs, windowMs)))) continue;
      const next = after(await offsets.read(topic, number));
      const mark = { atMs: Date.now(), next };
      // Only now: where the rewind failed, the next look tries again.
      await offsets.noteServers(topic, number, {
        servers: now,
        atMs,
        marks: addMark(seen?.marks ?? [], mark, windowMs),
      });
    }
  };

  const rewind = (partition: TopicPartition, start: bigint): Promise<boolean> =>
    markers.rewind(partition, start, (offset) => {
      logger.warn({ ...partition }, `Redis has other masters: applying the log again from offset ${offset}`);
      subscriber.seek(partition, offset);
      onRewind(partition);
    });

  return repeat(look, {
    everyMs,
    onError: (error) => {
      if (!isRetriable(error)) return onError(error);
      logger.debug(`the masters of Redis cannot be compared now: ${messageOf(error)}`);
    },
  });
}
