import { isUtf8 } from 'node:buffer';
import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';
import type { ConsumedBatch, ConsumedMessage, RawMessage } from './message.js';
import type { DecodedRecord } from './record-batches/decoded-record.js';

export function toConsumedBatch({ topic, partition, highWatermark, messages }: Batch): ConsumedBatch {
  return { topic, partition, highWatermark: BigInt(highWatermark), messages: messages.map(toConsumedMessage) };
}

/** Whether the log holds bytes there that are no record batch, so that nothing can be read on. */
export function isUnframed({ messages }: Batch): boolean {
  const only: (KafkaMessage & Pick<DecodedRecord, 'unframed'>) | undefined = messages[0];
  return only?.unframed === true;
}

const NO_HEADERS: ConsumedMessage['headers'] = Object.freeze({});

function toConsumedMessage(message: KafkaMessage & Pick<DecodedRecord, 'unreadable'>): ConsumedMessage {
  const { key, value, offset, timestamp, headers = {}, unreadable } = message;
  const text = key === null ? null : key.toString();
  const hasHeaders = Object.keys(headers).length > 0;
  const plain = { key: text, value, offset, appendTimeMs: Number(timestamp), headers: NO_HEADERS };
  // Nearly every key is text, and few messages have headers: the others pay for what they need.
  const isText = key === null || isUtf8(key);
  if (isText && !hasHeaders && !unreadable) return plain;
  return {
    ...plain,
    ...(hasHeaders && { headers: toHeaders(headers) }),
    ...((hasHeaders || !isText) && { raw: { key, headers: rawHeaders(headers) } }),
    ...(unreadable && { unreadable }),
  };
}

/** Header names may repeat; the last one wins. */
function toHeaders(headers: IHeaders): ConsumedMessage['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String([value].flat().at(-1) ?? '')]),
  );
}

function rawHeaders(headers: IHeaders): RawMessage['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      [value].flat().map((each) => (Buffer.isBuffer(each) ? each : Buffer.from(each ?? ''))),
    ]),
  );
}
