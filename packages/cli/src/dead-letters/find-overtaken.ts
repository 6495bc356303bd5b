import { isForget, parseClick, parseItem, topicName } from '@click-recall/contracts';
import type { ConsumedMessage, TopicPartition } from '@click-recall/kafka';
import type { LetterSummary } from './collect-letters.js';
import type { Letters } from './open-letters.js';

export interface Subject {
  readonly kind: 'user' | 'item';
  readonly id: string;
}

/** A letter that is about to be replayed, and of whom it speaks. */
export interface Candidate {
  readonly letter: Pick<LetterSummary, 'origin' | 'appendedAt'>;
  readonly subject: Subject;
}

/**
 * Which letters must stay where they are, and why: a click of a user who was forgotten since would bring back what was erased, and an old
 * description of an item would win over a newer one. Reads the log from the oldest of them on.
 */
export async function findOvertaken(
  letters: Letters,
  candidates: readonly Candidate[],
): Promise<Map<Candidate, string>> {
  const overtaken = new Map<Candidate, string>();
  for (const kind of ['user', 'item'] as const) {
    const ofKind = candidates.filter(({ subject }) => subject.kind === kind);
    if (ofKind.length === 0) continue;
    const byId = groupById(ofKind);
    const topic = topicName(kind === 'user' ? 'clicks' : 'items', letters.namespace);
    const oldest = ofKind.reduce((time, { letter }) => Math.min(time, letter.appendedAt), Infinity);
    await letters.readFrom(topic, oldest, ({ partition, messages }) => {
      for (const message of messages) {
        const id = kind === 'user' ? forgottenUser(message) : describedItem(message);
        for (const candidate of (id !== undefined && byId.get(id)) || []) {
          if (isLater(message, { topic, partition }, candidate.letter))
            overtaken.set(candidate, why(kind, message, partition));
        }
      }
    });
  }
  return overtaken;
}

function groupById(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const byId = new Map<string, Candidate[]>();
  for (const candidate of candidates)
    byId.set(candidate.subject.id, [...(byId.get(candidate.subject.id) ?? []), candidate]);
  return byId;
}

function why(kind: Subject['kind'], { offset }: ConsumedMessage, partition: number): string {
  return kind === 'user'
    ? `its user was forgotten after it (clicks/${partition}/${offset})`
    : `there is newer word of its item (items/${partition}/${offset})`;
}

function forgottenUser({ value, appendTimeMs }: ConsumedMessage): string | undefined {
  // Nearly all of the log are clicks: they need not be parsed.
  if (value === null || !Buffer.from(value.buffer, value.byteOffset, value.byteLength).includes('forget'))
    return undefined;
  const parsed = parseClick(value, appendTimeMs);
  return parsed.ok && isForget(parsed.value) ? parsed.value.userId : undefined;
}

function describedItem({ key, value }: ConsumedMessage): string | undefined {
  if (value === null) return key ?? undefined;
  const parsed = parseItem(value);
  return parsed.ok ? parsed.value.itemId : undefined;
}

function isLater(
  { offset, appendTimeMs }: ConsumedMessage,
  { topic, partition }: TopicPartition,
  { origin, appendedAt }: Candidate['letter'],
): boolean {
  if (origin.topic === topic && origin.partition === partition) return BigInt(offset) > origin.offset;
  return appendTimeMs >= appendedAt;
}
