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
  /** Messages on `items` a second: descriptions that change, deletions, tombstones. Default 0. */
  readonly itemRate?: number;
  /** Share of the clicks that are on one and the same item. Default 0. */
  readonly hotItem?: number;
}

/** Clicks that arrive at a steady rate, whatever becomes of them. */
export interface Load {
  /** Clicks that Kafka has acknowledged so far. */
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
  const { rate = 200, users = 150, items = 300, forget = 0.003, itemRate = 0, hotItem = 0 } = options;
  const clicks = topicName('clicks', pipeline.namespace);
  const publisher = pipeline.client.publisher();
  const earlier: OutgoingMessage[] = [];
  const pending = new Set<Promise<unknown>>();
  const startedAt = performance.now();
  const sent = new Map<string, number>();
  let acknowledged = 0;
  let failure: { error: unknown } | undefined;

  function nextClick(): OutgoingMessage {
    if (earlier.length > 0 && random.chance(0.05)) return random.pick(earlier);
    const userId = `user-${random.below(users)}`;
    const lateMs = random.chance(0.1) ? random.below(3_600_000) : 0;
    // Whole tenths of a second, so that some events of a user are of equal time.
    const timestamp = Math.floor((Date.now() - lateMs) / 100) * 100;
    const event = random.chance(forget)
      ? { userId, timestamp, type: 'forget' }
      : {
          userId,
          itemId: random.chance(hotItem) ? 'item-0' : `item-${random.below(items)}`,
          timestamp,
          ...(random.chance(0.9) && { eventId: `event-${random.below(2 ** 32)}` }),
        };
    const message = { key: userId, value: JSON.stringify(event) };
    earlier.push(message);
    if (earlier.length > REMEMBERED) earlier.shift();
    return message;
  }

  function publishDue(topic: string, perSecond: number, next: () => OutgoingMessage): void {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    const before = sent.get(topic) ?? 0;
    if (due <= before) return;
    sent.set(topic, due);
    const messages = Array.from({ length: due - before }, next);
    const publishing = publisher
      .publish(topic, messages)
      .then(() => {
        if (topic === clicks) acknowledged += messages.length;
      })
      .catch((error: unknown) => (failure ??= { error }))
      .finally(() => pending.delete(publishing));
    pending.add(publishing);
  }

  const timer = setInterval(() => {
    publishDue(clicks, rate, nextClick);
    publishDue(topicName('items', pipeline.namespace), itemRate, () => nextItem(random, items));
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

/** What is said of an item next: mostly a description other than before, sometimes that it is gone. */
function nextItem(random: Random, items: number): OutgoingMessage {
  const itemId = `item-${random.below(items)}`;
  if (random.chance(0.1)) return { key: itemId, value: null };
  const item = random.chance(0.1)
    ? { itemId, deleted: true }
    : {
        itemId,
        ...(random.chance(0.9) && { title: `Title ${random.below(1_000)}` }),
        ...(random.chance(0.7) && { categories: [`category-${random.below(5)}`, 'all'] }),
        ...(random.chance(0.5) && { attributes: { price: random.below(100) } }),
      };
  return { key: itemId, value: JSON.stringify(item) };
}
