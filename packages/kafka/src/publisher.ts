import type { Delivery, OutgoingMessage } from './message.js';

export interface PublisherOptions {
  /** How long one publish is tried while the brokers cannot be reached, ms; then it rejects. Default: for ever. */
  readonly giveUpAfterMs?: number;
}

/**
 * Writes messages, acknowledged by all in-sync replicas. One request is in flight at a time and whatever arrives meanwhile goes with
 * the next: nothing waits for a timer, load makes batches, and messages of one publisher keep their order through retries.
 */
export interface Publisher {
  /**
   * @returns where each message landed, in the order given
   * @throws RetriableError when `giveUpAfterMs` has passed, or another error that retrying does not mend (a message too large)
   */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<Delivery[]>;
  /** Sends what was accepted, then disconnects. */
  close(): Promise<void>;
}
