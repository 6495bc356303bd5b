import type { Rejection } from '@click-recall/contracts';
import type { ConsumedMessage, TopicPartition } from './message.js';
import type { Publisher } from './publisher.js';

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

export function createDeadLetters(_options: DeadLettersOptions): DeadLetters {
  throw new Error('not written yet');
}
