import type { Subscriber, TopicPartition } from '@click-recall/kafka';
import { isRetriable, messageOf, repeat, type Logger } from '@click-recall/runtime';
import type { Markers } from './markers.js';

export interface WatchMarkersParts {
  readonly markers: Pick<Markers, 'check'>;
  readonly subscriber: Pick<Subscriber, 'assigned' | 'seek'>;
  readonly logger: Logger;
  readonly everyMs: number;
  readonly onRewind: (partition: TopicPartition) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Looks at the markers now and then. A batch finds out by itself that Redis lost data, but where no clicks come there is no batch, and
 * the data would be missing until one does.
 *
 * @returns the way to stop; waits for a look under way, some seconds
 */
export function watchMarkers({
  markers,
  subscriber,
  logger,
  everyMs,
  onRewind,
  onError,
}: WatchMarkersParts): () => Promise<unknown> {
  const look = async (): Promise<void> => {
    for (const partition of subscriber.assigned()) {
      await markers.check(partition, (offset) => {
        subscriber.seek(partition, offset);
        onRewind(partition);
      });
    }
  };
  return repeat(look, {
    everyMs,
    onError: (error) => {
      if (!isRetriable(error)) return onError(error);
      logger.debug(`the markers cannot be read now: ${messageOf(error)}`);
    },
  }).stop;
}
