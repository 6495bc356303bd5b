import type { RejectionReason } from '@click-recall/contracts';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import type { ConsumedBatch } from './message.js';
import type { Outcome } from './outcome.js';

export interface SettleParts {
  readonly deadLetters: Pick<DeadLetters, 'write'>;
  /** Told once the letter is acknowledged. */
  readonly onDeadLetter?: (topic: string, reason: RejectionReason) => void;
  readonly onDrop?: (topic: string, reason: string) => void;
}

/** Carries out what the outcomes of a batch ask for, one of each message, and gives the values of those that are ok. */
export type Settle = <T>(batch: ConsumedBatch, outcomes: readonly Outcome<T>[]) => Promise<T[]>;

/** Where outcomes become effects. By the time it resolves they are acknowledged, so the batch may be committed as far as they go. */
export function createSettle({ deadLetters, onDeadLetter, onDrop }: SettleParts): Settle {
  return async <T>(batch: ConsumedBatch, outcomes: readonly Outcome<T>[]): Promise<T[]> => {
    const { topic, partition, messages } = batch;
    const values: T[] = [];
    const letters: DeadLetter[] = [];
    outcomes.forEach((outcome, index) => {
      const message = messages[index];
      if (!message) throw new Error('more outcomes than messages');
      switch (outcome.kind) {
        case 'ok':
          return void values.push(outcome.value);
        case 'drop':
          return onDrop?.(topic, outcome.reason);
        case 'dead-letter':
          return void letters.push({ source: { topic, partition }, message, rejection: outcome.rejection });
      }
    });
    if (letters.length > 0) await deadLetters.write(letters);
    for (const { rejection } of letters) onDeadLetter?.(topic, rejection.reason);
    return values;
  };
}
