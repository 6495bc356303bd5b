import {
  SOURCE_HEADER_PREFIX,
  type DEAD_LETTER_HEADERS,
  type DEAD_LETTER_MARKS,
  type Rejection,
} from '@click-recall/contracts';
import { isTooLargeError } from './kafka-errors.js';
import type { ConsumedMessage, OutgoingMessage, TopicPartition } from './message.js';
import { MAX_VALUE_BYTES, type Publisher } from './publisher.js';

export interface DeadLetter {
  readonly source: TopicPartition;
  readonly message: ConsumedMessage;
  readonly rejection: Rejection;
}

export interface DeadLetters {
  /**
   * Publishes the original bytes, key and headers, with reason and origin in further headers. Resolves when acknowledged. What the broker
   * does not take whole is cut, and says so: a letter that cannot be written would stop its partition.
   */
  write(letters: readonly DeadLetter[]): Promise<void>;
}

export interface DeadLettersOptions {
  readonly publisher: Pick<Publisher, 'publish'>;
  /** The full name of the `dead-letters` topic. */
  readonly topic: string;
  readonly service: string;
}

/** What a letter may take, tried in turn, bytes: brokers take messages of 1 MB unless told otherwise, and some are told less. */
const LETTER_BYTES = [MAX_VALUE_BYTES + 100_000, 100_000, 8_000] as const;
/** What is left of a key that does not fit; no id is longer. */
const CUT_KEY_BYTES = 512;
/** Our own headers and the framing of a record, at most. */
const OWN_BYTES = 2_000;

export function createDeadLetters({ publisher, topic, service }: DeadLettersOptions): DeadLetters {
  async function writeWithin(letters: readonly DeadLetter[], limits: readonly number[]): Promise<void> {
    const [limit = 0, ...smaller] = limits;
    try {
      await publisher.publish(
        topic,
        letters.map((letter) => toMessage(letter, service, limit)),
      );
    } catch (error) {
      if (!isTooLargeError(error)) throw error;
      // One of them is at fault: alone each finds its size. Those that are written twice are told by their origin.
      if (letters.length > 1) for (const letter of letters) await writeWithin([letter], limits);
      else if (smaller.length > 0) await writeWithin(letters, smaller);
      else throw error;
    }
  }
  return { write: (letters) => writeWithin(letters, LETTER_BYTES) };
}

function toMessage({ source, message, rejection }: DeadLetter, service: string, limit: number): OutgoingMessage {
  const origin: Record<(typeof DEAD_LETTER_HEADERS)[number], string> = {
    reason: rejection.reason,
    field: rejection.field,
    message: rejection.message,
    service,
    'source-topic': source.topic,
    'source-partition': String(source.partition),
    'source-offset': message.offset,
    'source-append-time': String(message.appendTimeMs),
  };
  const key = message.raw?.key ?? (message.key === null ? null : Buffer.from(message.key));
  const value = message.value;
  const names = Object.entries(message.raw?.headers ?? {});
  const headers = Object.fromEntries(names.map(([name, values]) => [`${SOURCE_HEADER_PREFIX}${name}`, values]));
  const room = limit - OWN_BYTES;
  const lengthOf = (bytes: Uint8Array | null): number => bytes?.byteLength ?? 0;
  if (lengthOf(value) <= MAX_VALUE_BYTES && lengthOf(key) + lengthOf(value) + headerBytes(headers) <= room) {
    return { key, value, headers: { ...headers, ...origin } };
  }
  const cutKey = key?.subarray(0, CUT_KEY_BYTES) ?? null;
  const cutValue = value?.subarray(0, Math.min(MAX_VALUE_BYTES, room - lengthOf(cutKey))) ?? null;
  const marks: Partial<Record<keyof typeof DEAD_LETTER_MARKS, string>> = {
    ...(lengthOf(cutValue) < lengthOf(value) && { 'original-bytes': String(lengthOf(value)) }),
    ...(lengthOf(cutKey) < lengthOf(key) && { 'original-key-bytes': String(lengthOf(key)) }),
  };
  const fits = lengthOf(cutKey) + lengthOf(cutValue) + headerBytes(headers) <= room;
  const kept = fits || names.length === 0 ? headers : { 'original-headers': String(names.length) };
  return { key: cutKey, value: cutValue, headers: { ...kept, ...origin, ...marks } };
}

/** With a few bytes of framing for each. */
function headerBytes(headers: Readonly<Record<string, readonly Uint8Array[]>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, values]) => values.reduce((all, value) => all + Buffer.byteLength(name) + value.byteLength + 10, sum),
    0,
  );
}
