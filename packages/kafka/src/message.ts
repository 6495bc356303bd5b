import type { Unreadable } from './record-batches/unreadable.js';

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Text, or bytes where they are no text. */
export type HeaderValue = string | Uint8Array;

/** A message to publish. Messages with the same key go to the same partition, in order. */
export interface OutgoingMessage {
  readonly key: string | Uint8Array | null;
  /** null is a tombstone. */
  readonly value: string | Uint8Array | null;
  /** A name may have several values. */
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
}

/** Where a published message landed. */
export interface Delivery {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
}

/** A message as it was read. */
export interface ConsumedMessage {
  readonly key: string | null;
  /** null is a tombstone. */
  readonly value: Uint8Array | null;
  /** Decimal. */
  readonly offset: string;
  /** When the broker appended it, ms since the epoch (topics use `LogAppendTime`). */
  readonly appendTimeMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What `key` and `headers` leave out, for those who must keep a message as it was. */
  readonly raw?: RawMessage;
  /** Present when this is no message but a whole batch that cannot be read: its bytes are the value, its last offset the offset. */
  readonly unreadable?: Unreadable;
}

/** Key and headers where they are more than text: bytes that are not UTF-8, names that repeat. */
export interface RawMessage {
  readonly key: Uint8Array | null;
  readonly headers: Readonly<Record<string, readonly Uint8Array[]>>;
}

/** Messages of one partition, in order, without gaps other than those of the log itself (compaction, aborted transactions). */
export interface ConsumedBatch extends TopicPartition {
  /** Offset after the partition's newest message when the batch was fetched. */
  readonly highWatermark: bigint;
  readonly messages: readonly ConsumedMessage[];
}
