import { topicName } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { Random } from '../random.js';
import type { FaultPipeline } from '../world/open-world.js';

export interface LoadOptions {
  /** Clicks a second. Default 200. */
  readonly rate?: number;
  /** Default 150. */
  readonly users?: number;
  /** Default 300. */
  readonly items?: number;
  /** Chance of an event that erases its user. Default 0.003. */
  readonly forget?: number;
}

/** Clicks that arrive at a steady rate, whatever becomes of them. */
export interface Load {
  /** Acknowledged by Kafka so far. */
  readonly acknowledged: () => number;
  /** Sends no more; resolves once everything that was sent is acknowledged. */
  stop(): Promise<void>;
}

const TICK_MS = 20;
const REMEMBERED = 500;

/**
 * Starts to publish clicks of users `user-0`... on items `item-0`...: new ones, repeats of earlier ones, late ones, some of equal time,
 * some without an event id, now and then one that erases its user.
 */
export function startLoad(pipeline: FaultPipeline, random: Random, options: LoadOptions = {}): Load {
  const { rate = 200, users = 150, items = 300, forget = 0.003 } = options;
  const topic = topicName('clicks', pipeline.namespace);
  const publisher = pipeline.client.publisher();
  const earlier: OutgoingMessage[] = [];
  const pending = new Set<Promise<unknown>>();
  const startedAt = performance.now();
  let sent = 0;
  let acknowledged = 0;
  let failure: { error: unknown } | undefined;

  function nextMessage(): OutgoingMessage {
    if (earlier.length > 0 && random.chance(0.05)) return random.pick(earlier);
    const userId = `user-${random.below(users)}`;
    const lateMs = random.chance(0.1) ? random.below(3_600_000) : 0;
    // Whole tenths of a second, so that some events of a user are of equal time.
    const timestamp = Math.floor((Date.now() - lateMs) / 100) * 100;
    const event = random.chance(forget)
      ? { userId, timestamp, type: 'forget' }
      : {
          userId,
          itemId: `item-${random.below(items)}`,
          timestamp,
          ...(random.chance(0.9) && { eventId: `event-${random.below(2 ** 32)}` }),
        };
    const message = { key: userId, value: JSON.stringify(event) };
    earlier.push(message);
    if (earlier.length > REMEMBERED) earlier.shift();
    return message;
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * rate);
    if (due <= sent) return;
    const messages = Array.from({ length: due - sent }, nextMessage);
    sent = due;
    const publishing = publisher
      .publish(topic, messages)
      .then(() => (acknowledged += messages.length))
      .catch((error: unknown) => (failure ??= { error }))
      .finally(() => pending.delete(publishing));
    pending.add(publishing);
  }, TICK_MS);

  return {
    acknowledged: () => acknowledged,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      await publisher.close();
      if (failure) throw failure.error;
    },
  };
}
