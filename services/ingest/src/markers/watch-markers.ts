import type { Subscriber, TopicPartition } from '@click-recall/kafka';
import { isRetriable, messageOf, type Logger } from '@click-recall/runtime';
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
 * @returns the way to stop; resolves when a look under way has ended
 */
export function watchMarkers({
  markers,
  subscriber,
  logger,
  everyMs,
  onRewind,
  onError,
}: WatchMarkersParts): () => Promise<void> {
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    try {
      for (const partition of subscriber.assigned()) {
        await markers.check(partition, (offset) => {
          subscriber.seek(partition, offset);
          onRewind(partition);
        });
      }
    } catch (error) {
      if (!isRetriable(error)) return onError(error);
      logger.debug(`the markers cannot be read now: ${messageOf(error)}`);
    }
    if (!stopped) later();
  }

  function later(): void {
    timer = setTimeout(() => {
      looking = look();
    }, everyMs);
  }

  later();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await looking;
  };
}
