import { FatalError } from '@click-recall/runtime';
import { loadScript } from '../connection/load-script.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';

/** Moved, or refused since another offset stands there (null: none): seek back to it and apply again. */
export type Advance = 'advanced' | { readonly refused: string | null };

/** How far a partition was applied at a time (ms since the epoch). */
export interface PartitionMark {
  readonly atMs: number;
  /** The first offset that was not applied yet. */
  readonly next: string;
}

/** The masters of a Redis Cluster, as they were at a time (ms since the epoch), and how far the partition was applied under them, oldest first. */
export interface ServersSeen {
  readonly servers: readonly string[];
  readonly atMs: number;
  readonly marks: readonly PartitionMark[];
}

/** The last applied offset of each partition: how lost writes of Redis are noticed. */
export interface OffsetStore {
  /** The marker, or null when there is none. Rejects with a {@link FatalError} where something else stands there. */
  read(topic: string, partition: number): Promise<string | null>;
  /** Moves the marker from `expectedPrevious` to `next` in one step; one that stands at `next` already counts as advanced. */
  advance(topic: string, partition: number, expectedPrevious: string | null, next: string): Promise<Advance>;
  /** What was noted last of the servers under which the partition was applied; null when nothing was, or nothing that can be read. */
  readServers(topic: string, partition: number): Promise<ServersSeen | null>;
  noteServers(topic: string, partition: number, seen: ServersSeen): Promise<void>;
  /** Sets the marker whatever it was (null removes it): for a topic that was made anew. */
  reset(topic: string, partition: number, offset: string | null): Promise<void>;
}

export function createOffsetStore(
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): OffsetStore {
  const keys = keysOf(namespace);
  const script = loadScript('advance-offset');
  return {
    read: async (topic, partition) => {
      const key = keys.offset(topic, partition);
      return checked(key, (await commands.call(['GET', key])) as string | null);
    },
    advance: async (topic, partition, expectedPrevious, next) => {
      const key = keys.offset(topic, partition);
      const [reply] = await commands.run(script, [{ keys: [key], args: [expectedPrevious ?? '', next] }]);
      const [moved, actual] = reply as [number, (string | null)?];
      return moved === 1 ? 'advanced' : { refused: checked(key, actual ?? null) };
    },
    readServers: async (topic, partition) => {
      const noted = (await commands.call(['GET', keys.offsetServers(topic, partition)])) as string | null;
      return noted === null ? null : readNote(noted);
    },
    noteServers: async (topic, partition, seen) => {
      await commands.call(['SET', keys.offsetServers(topic, partition), JSON.stringify(seen)]);
    },
    reset: async (topic, partition, offset) => {
      const key = keys.offset(topic, partition);
      await commands.call(offset === null ? ['DEL', key] : ['SET', key, offset]);
    },
  };
}

/** Up to 19 digits, as Kafka counts: what BigInt reads beside them ('', ' 1', '0x1') is none of ours. */
const OFFSET = /^(0|[1-9]\d{0,18})$/;

/** Nobody but us writes markers; to guess what was meant could skip messages. Without it the partition is applied from its start. */
function checked(key: string, marker: string | null): string | null {
  if (marker === null || OFFSET.test(marker)) return marker;
  throw new FatalError(`${key} in Redis holds no offset; delete it to have the log applied again from its start`);
}

/** One that was damaged counts as none: it is written anew at the next look. */
function readNote(text: string): ServersSeen | null {
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    return null;
  }
  const { servers, atMs, marks } = (note ?? {}) as Partial<Record<keyof ServersSeen, unknown>>;
  const isNote = Array.isArray(servers) && servers.every((server) => typeof server === 'string');
  const hasMarks = Array.isArray(marks) && marks.every(isMark);
  return isNote && hasMarks && Number.isSafeInteger(atMs) ? { servers, atMs: atMs as number, marks } : null;
}

function isMark(value: unknown): value is PartitionMark {
  const { atMs, next } = (value ?? {}) as Partial<Record<keyof PartitionMark, unknown>>;
  return Number.isSafeInteger(atMs) && typeof next === 'string' && OFFSET.test(next);
}
