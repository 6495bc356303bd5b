import type { ConsumedBatch, TopicPartition } from './message.js';

export interface BatchControl {
  /** Call it now and then in a batch that takes seconds; throws when the group rebalances, and that error must be let through. */
  heartbeat(): Promise<void>;
  /** True when the rest of the batch is better not done: a seek is pending, or the subscriber stops. */
  isStale(): boolean;
  /** The partition goes on at this offset (decimal); this batch is not committed. */
  seek(offset: string): void;
  /** Aborted when the subscriber stops. */
  readonly signal: AbortSignal;
}

export interface SubscriberOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a partition starts of which the group has no committed offset: at the oldest message, or at the end. */
  readonly fromBeginning: boolean;
  /** Partitions handled at the same time; those of one partition always one after another. Default 1. */
  readonly concurrency?: number;
  /** How long the broker may hold a fetch without data, ms; data is answered at once. Default 500. */
  readonly maxWaitMs?: number;
  /** Default 1 MiB. */
  readonly maxBytesPerPartition?: number;
  /** How often offsets are committed in the background, ms; also at stop and before a rebalance. Default 250. */
  readonly commitEveryMs?: number;
  /**
   * Handles one batch; its offsets are committed some time after it returns, so it must have acknowledged writes by then and must
   * bear to see a batch again. A `RetriableError` backs off and tries the same batch again; any other error ends in `onCrash`.
   */
  handleBatch(batch: ConsumedBatch, control: BatchControl): Promise<void>;
  /**
   * Asked for every assigned partition before its first batch: the offset to start at, or undefined for the group's own. For
   * consumers whose state lives in another store and says itself how far it has got. Retried while it throws `RetriableError`.
   */
  resumeFrom?(partition: TopicPartition): Promise<string | undefined>;
  onAssigned?(partitions: readonly TopicPartition[]): void;
  onRevoked?(partitions: readonly TopicPartition[]): void;
  /** Messages still to read of a partition, after each batch. */
  onLag?(partition: TopicPartition, lag: number): void;
  /** The subscriber has ended by an error that retrying does not mend: the process should end too. */
  onCrash(error: Error): void;
}

export interface Subscriber {
  /** Joins the group; while the brokers cannot be reached it keeps trying. */
  start(): Promise<void>;
  /** Finishes the batch at work, commits, leaves the group. */
  stop(): Promise<void>;
  pause(): void;
  resume(): void;
  /** From outside a batch: the partition goes on at this offset, if it is assigned. */
  seek(partition: TopicPartition, offset: string): void;
  assigned(): readonly TopicPartition[];
}
