/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A message to publish. Messages with the same key go to the same partition, in order. */
export interface OutgoingMessage {
  readonly key: string | null;
  /** null is a tombstone. */
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
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
}

/** Messages of one partition, in order, without gaps other than those of the log itself (compaction, aborted transactions). */
export interface ConsumedBatch extends TopicPartition {
  /** Offset after the partition's newest message when the batch was fetched. */
  readonly highWatermark: bigint;
  readonly messages: readonly ConsumedMessage[];
}
