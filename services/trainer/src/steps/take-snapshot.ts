import { createHash, type Hash } from 'node:crypto';
import type { SequenceBatch } from '@click-recall/model';
import type { Sequence, SequenceStore } from '@click-recall/redis';
import { clickHash } from './click-hash.js';

/** All sequences at one time, small enough to keep: 4 bytes a click. */
export interface Snapshot {
  /** Ascending; only users with clicks. */
  readonly userIds: readonly string[];
  /** The vocabulary: item index i, from 1, is `itemIds[i - 1]`. */
  readonly itemIds: readonly string[];
  /** A sequence of item indexes a user, oldest click first. */
  readonly sequences: SequenceBatch;
  /** `clickHash` of each user's newest click. */
  readonly newest: BigUint64Array;
  /** Distinct items among the clicks. */
  readonly items: number;
  readonly clicks: number;
  /** SHA-256 of users and clicks: the same data has the same, whatever order it came in. */
  readonly fingerprint: string;
}

export interface SnapshotRequest {
  readonly store: Pick<SequenceStore, 'listUsers' | 'read'>;
  /** Vocabulary to grow from: its items keep their indexes, also those that nobody's sequence holds any more. */
  readonly known: readonly string[];
  /** Asked between two reads; rejects to end it. */
  readonly checkpoint: () => Promise<void>;
}

const USERS_A_READ = 500;

/** Reads every sequence in slices. Two snapshots of the same data are equal: users are sorted, new items appended in order of their ids. */
export async function takeSnapshot({ store, known, checkpoint }: SnapshotRequest): Promise<Snapshot> {
  const listed: string[] = [];
  for await (const slice of store.listUsers()) listed.push(...slice);
  listed.sort();

  // Items get numbers as they come; their places in the vocabulary are known once all are.
  const numbers = new Map<string, number>();
  const columns = new Growing();
  const lengths: number[] = [];
  const userIds: string[] = [];
  const newest: bigint[] = [];
  const fingerprint = createHash('sha256');
  for (let start = 0; start < listed.length; start += USERS_A_READ) {
    await checkpoint();
    for (const sequence of await store.read(listed.slice(start, start + USERS_A_READ))) {
      const last = sequence.events.at(-1);
      // Forgotten since it was listed.
      if (!last) continue;
      for (const { itemId } of sequence.events) {
        let number = numbers.get(itemId);
        if (number === undefined) numbers.set(itemId, (number = numbers.size));
        columns.push(number);
      }
      userIds.push(sequence.userId);
      lengths.push(sequence.events.length);
      newest.push(clickHash(sequence.userId, last));
      addTo(fingerprint, sequence);
    }
  }

  const itemIds = growVocabulary(known, numbers.keys());
  const indexOf = new Map(itemIds.map((itemId, place) => [itemId, place + 1]));
  const indexes = Int32Array.from(numbers.keys(), (itemId) => indexOf.get(itemId)!);
  const items = columns.values().map((number) => indexes[number]!);
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, user) => (offsets[user + 1] = offsets[user]! + length));
  return {
    userIds,
    itemIds,
    sequences: { items, offsets },
    newest: BigUint64Array.from(newest),
    items: numbers.size,
    clicks: items.length,
    fingerprint: fingerprint.digest('hex'),
  };
}

/** The known items in their places, then the new ones by id. */
export function growVocabulary(known: readonly string[], seen: Iterable<string>): string[] {
  const old = new Set(known);
  return [...known, ...[...seen].filter((itemId) => !old.has(itemId)).sort()];
}

function addTo(hash: Hash, { userId, events }: Sequence): void {
  const clicks = events.map(({ timestamp, eventId, itemId }) => [timestamp, eventId, itemId]);
  hash.update(`${JSON.stringify([userId, clicks])}\n`);
}

/** An Int32Array whose length is not known beforehand. */
class Growing {
  #values = new Int32Array(1 << 16);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  values(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}
