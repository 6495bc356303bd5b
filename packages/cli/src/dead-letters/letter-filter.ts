import type { ReadLetter } from '@click-recall/kafka';
import { shortId } from './open-letters.js';

/** Which letters a command is about. */
export interface LetterFilter {
  readonly reason?: string;
  readonly service?: string;
  /** Plain name of the source topic. */
  readonly topic?: string;
}

export function passes(
  letter: Pick<ReadLetter, 'origin' | 'reason' | 'service'>,
  { reason, service, topic }: LetterFilter,
  namespace: string,
): boolean {
  return (
    (reason === undefined || letter.reason === reason) &&
    (service === undefined || letter.service === service) &&
    (topic === undefined || letter.origin.topic === topic || shortId(letter, namespace).startsWith(`${topic}/`))
  );
}
