import { setTimeout as delay } from 'node:timers/promises';
import { topicName } from '@click-recall/contracts';
import type { FaultPipeline } from '../world/open-world.js';

export interface HotUserOptions {
  readonly userId: string;
  readonly events: number;
  /** How long they take to come, ms; evenly. */
  readonly overMs: number;
  readonly items: number;
}

const TICK_MS = 50;
/** So many in a row say the same time. */
const EQUAL_TIMES = 500;

/** Publishes a great many clicks of one user, hundreds of them of equal time; resolves once all are acknowledged. */
export async function publishHotUser(
  { client, namespace }: Pick<FaultPipeline, 'client' | 'namespace'>,
  { userId, events, overMs, items }: HotUserOptions,
): Promise<void> {
  const topic = topicName('clicks', namespace);
  const publisher = client.publisher();
  const startedAt = performance.now();
  const firstTime = Date.now();
  const publishing: Promise<unknown>[] = [];
  let sent = 0;
  while (sent < events) {
    const due = Math.min(events, Math.ceil(((performance.now() - startedAt) / overMs) * events));
    const messages = Array.from({ length: due - sent }, (_, place) => {
      const number = sent + place;
      const timestamp = firstTime + Math.floor(number / EQUAL_TIMES) * 10;
      const event = { userId, itemId: `item-${number % items}`, timestamp, eventId: `hot-${number}` };
      return { key: userId, value: JSON.stringify(event) };
    });
    sent = due;
    publishing.push(publisher.publish(topic, messages));
    await delay(TICK_MS);
  }
  await Promise.all(publishing);
  await publisher.close();
}
