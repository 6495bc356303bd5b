import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';
import type { ConsumedBatch, ConsumedMessage } from './message.js';

export function toConsumedBatch({ topic, partition, highWatermark, messages }: Batch): ConsumedBatch {
  return { topic, partition, highWatermark: BigInt(highWatermark), messages: messages.map(toConsumedMessage) };
}

const NO_HEADERS: ConsumedMessage['headers'] = Object.freeze({});

function toConsumedMessage({ key, value, offset, timestamp, headers }: KafkaMessage): ConsumedMessage {
  return {
    key: key === null ? null : key.toString(),
    value,
    offset,
    appendTimeMs: Number(timestamp),
    headers: headers ? toHeaders(headers) : NO_HEADERS,
  };
}

/** Header names may repeat; the last one wins. */
function toHeaders(headers: IHeaders): ConsumedMessage['headers'] {
  const entries = Object.entries(headers);
  if (entries.length === 0) return NO_HEADERS;
  return Object.fromEntries(
    entries.map(([name, value]) => [name, String(Array.isArray(value) ? value.at(-1) : (value ?? ''))]),
  );
}
