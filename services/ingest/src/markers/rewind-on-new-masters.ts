import type { KafkaAdmin, Subscriber, TopicPartition } from '@click-recall/kafka';
import { messageOf, repeat, type Logger } from '@click-recall/runtime';
import type { Markers } from './markers.js';

export interface RewindOnNewMastersParts {
  /** The masters that Redis has now; none for a single server. */
  readonly masters: () => readonly string[];
  readonly admin: Pick<KafkaAdmin, 'topicOffsetsAt'>;
  readonly markers: Pick<Markers, 'rewind'>;
  readonly subscriber: Pick<Subscriber, 'assigned' | 'seek'>;
  readonly logger: Logger;
  /** How far back, by append time, ms. */
  readonly windowMs: number;
  readonly everyMs: number;
  readonly onRewind: (partition: TopicPartition) => void;
}

/**
 * In a Redis Cluster a marker and the data that it speaks of lie on different masters, so a failover that lost writes of one of them leaves
 * no trace in the marker. When the masters are others than before, the log of the last `windowMs` is applied again; what is known
 * already changes nothing.
 */
export function rewindOnNewMasters(parts: RewindOnNewMastersParts): { readonly stop: () => Promise<void> } {
  const { masters, admin, markers, subscriber, logger, windowMs, everyMs, onRewind } = parts;
  let known = masters().join();

  const look = async (): Promise<void> => {
    const now = masters().join();
    // While the cluster is being looked up there are none to be seen.
    if (now === '' || now === known) return;
    if (known !== '') {
      logger.warn({ before: known, now }, `Redis has other masters: applying the last ${windowMs} ms of the log again`);
      await rewind(Date.now() - windowMs);
    }
    // Only now: where the rewind failed, the next look tries again.
    known = now;
  };

  const rewind = async (sinceMs: number): Promise<void> => {
    const assigned = subscriber.assigned();
    for (const topic of new Set(assigned.map((each) => each.topic))) {
      const offsets = await admin.topicOffsetsAt(topic, sinceMs);
      for (const each of assigned.filter((one) => one.topic === topic)) {
        await markers.rewind(each, offsets.get(each.partition) ?? 0n, (offset) => {
          subscriber.seek(each, offset);
          onRewind(each);
        });
      }
    }
  };

  return repeat(look, {
    everyMs,
    onError: (error) => logger.warn(`the log cannot be rewound now: ${messageOf(error)}`),
  });
}
