import { isForget, parseClick, parseItem, REPLAYED_OF_HEADER, topicName } from '@click-recall/contracts';
import { readOrigin, type ConsumedMessage, type Origin, type ReadLetter } from '@click-recall/kafka';
import type { Letters } from './open-letters.js';

export interface Subject {
  readonly kind: 'user' | 'item';
  readonly id: string;
}

/** A letter that is about to be replayed, and of whom it speaks. */
export interface Candidate {
  readonly letter: Pick<ReadLetter, 'origin' | 'appendedAt' | 'headers'>;
  readonly subject: Subject;
}

/**
 * Which letters must stay where they are, and why: a click of a user who was forgotten since would bring back what was erased, and an old
 * description of an item would win over a newer one. Reads the log from the oldest of them on.
 */
export async function findOvertaken(
  letters: Pick<Letters, 'namespace' | 'readFrom'>,
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
          const place = { topic, partition, offset: BigInt(message.offset) };
          if (isLater(message, place, candidate)) overtaken.set(candidate, why(kind, message, partition));
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
  if (value === null || !maySayForget(value)) return undefined;
  const parsed = parseClick(value, appendTimeMs);
  return parsed.ok && isForget(parsed.value) ? parsed.value.userId : undefined;
}

/** Nearly all of the log are clicks: they need not be parsed. JSON may write each letter of the word as an escape. */
function maySayForget(value: Uint8Array): boolean {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes.includes('forget') || bytes.includes('\\u00');
}

function describedItem({ key, value }: ConsumedMessage): string | undefined {
  if (value === null) return key ?? undefined;
  const parsed = parseItem(value);
  return parsed.ok ? parsed.value.itemId : undefined;
}

function isLater(
  { headers, appendTimeMs }: ConsumedMessage,
  place: Origin,
  { letter: { origin, appendedAt, ...letter }, subject }: Candidate,
): boolean {
  // What a replay says of an item is as old as its letter; a forget erases where it lands.
  const first = subject.kind === 'item' ? readOrigin(headers[REPLAYED_OF_HEADER] ?? '') : undefined;
  if (first && isOfPartition(first, origin)) {
    // This letter itself, when the note of its replay was not written: it changes nothing to say the same again.
    if (first.offset === origin.offset) return false;
    // A letter that came of a replay is older than its origin, nobody knows by how much: against it counts where the others landed.
    if (letter.headers[REPLAYED_OF_HEADER] === undefined) return first.offset > origin.offset;
  }
  return isOfPartition(place, origin) ? place.offset > origin.offset : appendTimeMs >= appendedAt;
}

function isOfPartition(a: Origin, b: Origin): boolean {
  return a.topic === b.topic && a.partition === b.partition;
}
