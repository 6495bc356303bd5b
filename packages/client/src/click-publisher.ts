import {
  DEFAULT_NAMESPACE,
  parseClickValue,
  parseItem,
  topicName,
  type ClickEventInput,
  type ItemInput,
  type Rejection,
} from '@click-recall/contracts';
import { createKafkaClient, MAX_VALUE_BYTES, type OutgoingMessage } from '@click-recall/kafka';
import { kafkaOptions, type ClientOptions } from './client-options.js';
import { createEventBuffer, type BatchOptions } from './event-buffer.js';

export interface ClickPublisherOptions extends ClientOptions {
  readonly batch?: BatchOptions;
  /** Events under way (not yet acknowledged) before `publish` and `ready` wait. Default 10,000. */
  readonly maxInFlight?: number;
  /** How long an event is tried while Kafka cannot be reached, ms; then `publish` rejects. Default: for ever. */
  readonly giveUpAfterMs?: number;
}

/** What became of one event. */
export type DeliveryReport =
  | { readonly status: 'delivered'; readonly partition: number; readonly offset: string }
  /** It is no valid event, and was not sent. */
  | { readonly status: 'rejected'; readonly rejection: Rejection };

export interface ClickPublisher {
  /**
   * Publishes a click (or a `forget`). Events are sent in batches, those of one user in the order of the calls. Give each an `eventId`
   * of your own where you can: sent twice, it then counts once.
   *
   * @throws RetriableError after `giveUpAfterMs`; the event may have been delivered all the same
   */
  publish(event: ClickEventInput): Promise<DeliveryReport>;
  /** Publishes what is known of an item; it replaces what was known before. */
  publishItem(item: ItemInput): Promise<DeliveryReport>;
  /** Publishes many, no faster than Kafka takes them; gives the reports in the order of the events. */
  publishAll(
    events: Iterable<ClickEventInput> | AsyncIterable<ClickEventInput>,
  ): AsyncGenerator<DeliveryReport, void, undefined>;
  /** Resolves when everything published so far is delivered, rejected or given up. */
  flush(): Promise<void>;
  /** Flushes, then disconnects. */
  close(): Promise<void>;
}

/** Connects with the first event. Close it before the program ends, or what was published last may be lost. */
export function createClickPublisher(options: ClickPublisherOptions): ClickPublisher {
  const { namespace = DEFAULT_NAMESPACE, maxInFlight = 10_000, giveUpAfterMs, batch = {} } = options;
  const kafka = createKafkaClient(kafkaOptions(options));
  const publisher = kafka.publisher(giveUpAfterMs === undefined ? {} : { giveUpAfterMs });
  const buffer = createEventBuffer(publisher, batch, maxInFlight);
  const clicks = topicName('clicks', namespace);
  const items = topicName('items', namespace);

  async function deliver(topic: string, message: OutgoingMessage & { value: string }): Promise<DeliveryReport> {
    if (Buffer.byteLength(message.value) > MAX_VALUE_BYTES) {
      const expected = `expected at most ${MAX_VALUE_BYTES} bytes of JSON`;
      return { status: 'rejected', rejection: { reason: 'too-large', field: '', message: expected } };
    }
    return { status: 'delivered', ...(await buffer.add(topic, message)) };
  }

  async function publish(event: ClickEventInput): Promise<DeliveryReport> {
    const parsed = parseClickValue(event, Date.now());
    if (!parsed.ok) return { status: 'rejected', rejection: parsed.rejection };
    return deliver(clicks, { key: parsed.value.userId, value: JSON.stringify(event) });
  }

  return {
    publish,
    async publishItem(item) {
      const value = JSON.stringify(item);
      const parsed = parseItem(Buffer.from(value));
      if (!parsed.ok) return { status: 'rejected', rejection: parsed.rejection };
      return deliver(items, { key: parsed.value.itemId, value });
    },
    async *publishAll(events) {
      // As many promises as events may be under way: what is taken from `events` is bounded by it.
      const reports: Promise<DeliveryReport>[] = [];
      try {
        for await (const event of events) {
          const report = publish(event);
          // Its rejection is thrown in its turn, below; until then it is nobody's.
          report.catch(() => undefined);
          reports.push(report);
          const oldest = reports.length >= maxInFlight ? reports.shift() : undefined;
          if (oldest) yield await oldest;
        }
        for (let next = reports.shift(); next; next = reports.shift()) yield await next;
      } finally {
        await Promise.allSettled(reports);
      }
    },
    flush: () => buffer.flush(),
    async close() {
      await buffer.flush();
      await kafka.close();
    },
  };
}
