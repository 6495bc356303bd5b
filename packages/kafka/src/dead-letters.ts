import type { DEAD_LETTER_HEADERS, Rejection } from '@click-recall/contracts';
import type { ConsumedMessage, OutgoingMessage, TopicPartition } from './message.js';
import { MAX_VALUE_BYTES, type Publisher } from './publisher.js';

export interface DeadLetter {
  readonly source: TopicPartition;
  readonly message: ConsumedMessage;
  readonly rejection: Rejection;
}

export interface DeadLetters {
  /** Publishes the original bytes, with reason and origin in the headers. Resolves when acknowledged. */
  write(letters: readonly DeadLetter[]): Promise<void>;
}

export interface DeadLettersOptions {
  readonly publisher: Publisher;
  /** The full name of the `dead-letters` topic. */
  readonly topic: string;
  readonly service: string;
}

export function createDeadLetters({ publisher, topic, service }: DeadLettersOptions): DeadLetters {
  return {
    async write(letters) {
      await publisher.publish(
        topic,
        letters.map((letter) => toMessage(letter, service)),
      );
    },
  };
}

function toMessage({ source, message, rejection }: DeadLetter, service: string): OutgoingMessage {
  const origin: Record<(typeof DEAD_LETTER_HEADERS)[number], string> = {
    reason: rejection.reason,
    field: rejection.field,
    message: rejection.message,
    service,
    'source-topic': source.topic,
    'source-partition': String(source.partition),
    'source-offset': message.offset,
  };
  const { key, value } = message;
  // A message at the broker's limit would not fit again with our headers, and a letter that cannot be written would stop its partition.
  if (value === null || value.byteLength <= MAX_VALUE_BYTES) return { key, value, headers: origin };
  const headers = { ...origin, 'original-bytes': String(value.byteLength) };
  return { key: key?.slice(0, 1024) ?? null, value: value.subarray(0, MAX_VALUE_BYTES), headers };
}
