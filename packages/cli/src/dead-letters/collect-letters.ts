import { letterId, type ReadLetter } from '@click-recall/kafka';
import type { Letters } from './open-letters.js';

/** What is known of the letters of a pipeline, without their bytes. */
export interface CollectedLetters {
  /** By id, one for each origin however often it was written; the first of each. */
  readonly letters: ReadonlyMap<string, LetterSummary>;
  /** Where each replayed letter landed, by id. */
  readonly replayed: ReadonlyMap<string, string>;
  /** Messages on the topic that are no letters. */
  readonly notLetters: number;
}

export type LetterSummary = Omit<ReadLetter, 'key' | 'value' | 'headers' | 'replayedTo'>;

/** Reads them all once. Takes some 500 bytes of memory a letter. */
export async function collectLetters(letters: Letters, sinceMs?: number): Promise<CollectedLetters> {
  const found = new Map<string, LetterSummary>();
  const replayed = new Map<string, string>();
  const { notLetters } = await letters.each((letter) => {
    const id = letterId(letter);
    if (letter.replayedTo !== undefined) replayed.set(id, letter.replayedTo);
    else if (!found.has(id)) found.set(id, summaryOf(letter));
  }, sinceMs);
  return { letters: found, replayed, notLetters };
}

/** Copied field by field: the bytes of a letter must not be kept alive by what is known of it. */
function summaryOf(letter: ReadLetter): LetterSummary {
  const { origin, reason, field, message, service, appendedAt, writtenAt, originalBytes, truncated } = letter;
  return { origin, reason, field, message, service, appendedAt, writtenAt, originalBytes, truncated };
}
