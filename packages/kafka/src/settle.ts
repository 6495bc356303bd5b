import type { Rejection, RejectionReason } from '@click-recall/contracts';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import type { ConsumedBatch, ConsumedMessage } from './message.js';
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
          return void letters.push({ source: { topic, partition }, message, rejection: rejectionOf(message, outcome) });
      }
    });
    if (letters.length > 0) await deadLetters.write(letters);
    for (const { rejection } of letters) onDeadLetter?.(topic, rejection.reason);
    return values;
  };
}

/** What a step says of the bytes of a batch that cannot be read says nothing: the reason is known from before. */
function rejectionOf({ unreadable }: ConsumedMessage, { rejection }: { readonly rejection: Rejection }): Rejection {
  if (!unreadable) return rejection;
  const { why, records } = unreadable;
  return { reason: 'unreadable-batch', field: '', message: `${records} records are lost to their reader: ${why}` };
}
