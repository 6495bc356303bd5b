import { MAX_EVENT_BYTES } from '@click-recall/contracts';
import { atMost, backoffMs, RetriableError, within } from '@click-recall/runtime';
import kafkajs, { type IHeaders, type Kafka, type Message, type Producer } from 'kafkajs';
import { isHalfOpen, isRetriableKafkaError, isSequenceError, rootMessage } from './kafka-errors.js';
import type { KafkaLogger } from './kafka-logger.js';
import type { Delivery, HeaderValue, OutgoingMessage } from './message.js';
import { pause } from './pause.js';
import type { Reachability } from './reachability.js';

export interface PublisherOptions {
  /** How long one publish is tried while the brokers cannot be reached, ms; then it rejects. Default: for ever. */
  readonly giveUpAfterMs?: number;
}

/** The longest value that surely fits a message: brokers take 1 MB unless told otherwise, and key and headers need room. */
export const MAX_VALUE_BYTES = MAX_EVENT_BYTES;

/**
 * Writes messages, acknowledged by all in-sync replicas. One request is in flight at a time and whatever arrives meanwhile goes with
 * the next: nothing waits for a timer, load makes batches, and messages of one publisher keep their order through retries.
 */
export interface Publisher {
  /**
   * @returns where each message landed, in the order given
   * @throws RetriableError when `giveUpAfterMs` has passed (what was under way may still be written), KafkaRefused when we may not, or another error that retrying does not mend (a message too large)
   */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<Delivery[]>;
  /** Sends what was accepted (rejects it after some seconds, when the brokers cannot be reached), then disconnects. */
  close(): Promise<void>;
}

export interface PublisherParts {
  readonly kafka: Kafka;
  readonly reachability: Reachability;
  readonly logger: KafkaLogger;
  readonly options: PublisherOptions;
}

/** Limits of one request. Brokers refuse batches over 1 MB; kafkajs groups messages in quadratic time, so the count matters too. */
const MAX_REQUEST_BYTES = 512 * 1024;
const MAX_REQUEST_MESSAGES = 500;
/** Length and timestamp of a record, roughly. */
const MESSAGE_OVERHEAD_BYTES = 32;

/** For what was accepted before; then for the farewell. */
const CLOSE_WITHIN_MS = 2_000;
const DISCONNECT_WITHIN_MS = 1_000;

/** Part of one `publish`, no larger than one request. */
interface Portion {
  readonly topic: string;
  readonly messages: Message[];
  readonly bytes: number;
  readonly deadline: number;
  resolve(deliveries: Delivery[]): void;
  reject(error: unknown): void;
}

export function createPublisher({ kafka, reachability, logger, options }: PublisherParts): Publisher {
  let producer = openProducer(kafka);
  const waiting: Portion[] = [];
  let underWay: readonly Portion[] = [];
  let draining: Promise<void> | undefined;
  let connected = false;
  let closed = false;
  const closing = new AbortController();

  function enqueue(topic: string, messages: Message[], bytes: number, deadline: number): Promise<Delivery[]> {
    const taken = new Promise<Delivery[]>((resolve, reject) => {
      waiting.push({ topic, messages, bytes, deadline, resolve, reject });
      draining ??= drain().finally(() => (draining = undefined));
    });
    if (!Number.isFinite(deadline)) return taken;
    // A request that gets no answer is under way for long: its caller, and those behind it, are told in time all the same.
    return within(deadline - Date.now(), taken, () => {
      const place = waiting.findIndex((portion) => portion.messages === messages);
      if (place >= 0) waiting.splice(place, 1);
      return new RetriableError('Kafka did not take the messages in time');
    });
  }

  async function drain(): Promise<void> {
    // What is published within the same turn of the event loop goes together.
    await Promise.resolve();
    while (waiting.length > 0) {
      underWay = takeRequest(waiting);
      await settle(underWay);
    }
    underWay = [];
  }

  async function settle(portions: readonly Portion[]): Promise<void> {
    try {
      const deliveries = await sendUntilDeadline(portions);
      portions.forEach((portion, index) => portion.resolve(deliveries[index] ?? []));
    } catch (error) {
      await renewProducer();
      if (portions.length === 1 || error instanceof RetriableError)
        return portions.forEach((portion) => portion.reject(error));
      // One of them is at fault (too large, say): the others must not go down with it.
      for (const portion of portions) await settle([portion]);
    }
  }

  async function sendUntilDeadline(portions: readonly Portion[]): Promise<Delivery[][]> {
    const deadline = Math.min(...portions.map((portion) => portion.deadline));
    for (let attempt = 0; ; attempt++) {
      try {
        const deliveries = await send(portions);
        reachability.worked();
        return deliveries;
      } catch (error) {
        const refused = await reachability.refusal(error, `write to ${topicsOf(portions).join(', ')}`);
        if (refused) throw refused;
        if (isSequenceError(error)) await renewProducer();
        else if (isHalfOpen(error)) await reconnect();
        else if (!isRetriableKafkaError(error) && !reachability.passes(error)) throw error;
        reachability.failed(error);
        const reason = rootMessage(error);
        if (Date.now() >= deadline || closing.signal.aborted)
          throw new RetriableError(`Kafka did not take the messages: ${reason}`, { cause: error });
        if (attempt === 0 && !reachability.passes(error))
          logger.warn({ topics: topicsOf(portions) }, `publishing: ${reason}; trying again`);
        await waitForNextTry(attempt, deadline);
      }
    }
  }

  async function waitForNextTry(attempt: number, deadline: number): Promise<void> {
    const leftMs = Math.max(0, deadline - Date.now());
    await pause(Math.min(backoffMs(attempt, 100, 5_000), leftMs), closing.signal);
    const signals = Number.isFinite(leftMs) ? [closing.signal, AbortSignal.timeout(leftMs)] : [closing.signal];
    await reachability.whenReachable(AbortSignal.any(signals));
  }

  /**
   * The broker knows a repeated request by producer and sequence number. Once we give a request up, its numbers are used or not, and we
   * cannot know: other messages under the same numbers could be taken for a repeat and dropped. A new producer starts afresh.
   */
  async function renewProducer(): Promise<void> {
    const old = producer;
    producer = openProducer(kafka);
    connected = false;
    await atMost(DISCONNECT_WITHIN_MS, old.disconnect());
  }

  /** The same producer with the same numbers, so that what is sent again is known to be a repeat. */
  async function reconnect(): Promise<void> {
    connected = false;
    await atMost(DISCONNECT_WITHIN_MS, producer.disconnect());
  }

  async function send(portions: readonly Portion[]): Promise<Delivery[][]> {
    if (!connected) {
      await producer.connect();
      connected = true;
    }
    const topicMessages = portions.map(({ topic, messages }) => ({ topic, messages }));
    const records = await producer.sendBatch({ topicMessages, acks: -1 });
    const next = new Map(
      records.map(({ topicName, partition, baseOffset }) => [`${topicName} ${partition}`, BigInt(baseOffset ?? -1)]),
    );
    return portions.map(({ topic, messages }) =>
      messages.map(({ partition = -1 }) => {
        const at = `${topic} ${partition}`;
        const offset = next.get(at);
        if (offset === undefined) throw new Error(`no answer for partition ${partition} of ${topic}`);
        next.set(at, offset + 1n);
        return { partition, offset: offset.toString() };
      }),
    );
  }

  return {
    async publish(topic, messages) {
      if (closed) throw new Error('the publisher is closed');
      if (messages.length === 0) return [];
      const deadline = options.giveUpAfterMs === undefined ? Infinity : Date.now() + options.giveUpAfterMs;
      const parts = split(messages).map((part) => enqueue(topic, part.messages, part.bytes, deadline));
      return (await Promise.all(parts)).flat();
    },
    async close() {
      closed = true;
      if (draining) await atMost(CLOSE_WITHIN_MS, draining);
      closing.abort();
      for (const portion of [...underWay, ...waiting.splice(0)]) {
        portion.reject(new RetriableError('Kafka did not take the messages before the publisher was closed'));
      }
      await atMost(DISCONNECT_WITHIN_MS, producer.disconnect());
    },
  };
}

/** Idempotent: a request that is sent again, since its answer got lost or one partition of it failed, is not written twice. */
function openProducer(kafka: Kafka): Producer {
  return kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner: rememberingPartitioner,
    retry: { retries: 4, initialRetryTime: 50, maxRetryTime: 500 },
  });
}

/** The Java clients' partitioner; the choice stays on the message, so that a retry repeats it and the delivery can be told. */
function rememberingPartitioner(): (
  args: Parameters<ReturnType<typeof kafkajs.Partitioners.DefaultPartitioner>>[0],
) => number {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const partition = args.message.partition ?? choose(args);
    args.message.partition = partition;
    return partition;
  };
}

/** Takes from the front as many as fit in one request, at least one. */
function takeRequest(waiting: Portion[]): Portion[] {
  let bytes = 0;
  let count = 0;
  const end = waiting.findIndex((portion, index) => {
    bytes += portion.bytes;
    count += portion.messages.length;
    return index > 0 && (bytes > MAX_REQUEST_BYTES || count > MAX_REQUEST_MESSAGES);
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}

function split(messages: readonly OutgoingMessage[]): { messages: Message[]; bytes: number }[] {
  const parts: { messages: Message[]; bytes: number }[] = [];
  let part: { messages: Message[]; bytes: number } | undefined;
  for (const { key, value, headers } of messages) {
    const bytes = MESSAGE_OVERHEAD_BYTES + byteLength(key) + byteLength(value) + headerBytes(headers);
    if (!part || part.bytes + bytes > MAX_REQUEST_BYTES || part.messages.length >= MAX_REQUEST_MESSAGES) {
      part = { messages: [], bytes: 0 };
      parts.push(part);
    }
    part.messages.push({
      key: toKafkajs(key),
      value: toKafkajs(value),
      ...(headers && { headers: toHeaders(headers) }),
    });
    part.bytes += bytes;
  }
  return parts;
}

function byteLength(data: string | Uint8Array | null): number {
  return data === null ? 0 : typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
}

function headerBytes(headers: OutgoingMessage['headers'] = {}): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) =>
      sum + Buffer.byteLength(name) + [value].flat().reduce((all, each) => all + byteLength(each), 0),
    0,
  );
}

function toHeaders(headers: NonNullable<OutgoingMessage['headers']>): IHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isList(value) ? value.map(toKafkajs) : toKafkajs(value)]),
  );
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: HeaderValue | readonly HeaderValue[]): value is readonly HeaderValue[] {
  return Array.isArray(value);
}

function toKafkajs<T extends string | Uint8Array | null>(data: T): Exclude<T, Uint8Array> | Buffer {
  return data instanceof Uint8Array ? toBuffer(data) : (data as Exclude<T, Uint8Array>);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function topicsOf(portions: readonly Portion[]): string[] {
  return [...new Set(portions.map(({ topic }) => topic))];
}
