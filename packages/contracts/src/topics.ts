import type { z } from 'zod';
import { clickEventSchema } from './click.js';
import { itemSchema } from './item.js';
import { recommendationSchema, sequenceUpdateSchema, userVectorSchema } from './messages.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface TopicSpec {
  readonly key: 'user id' | 'item id' | 'that of the source';
  readonly writer: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** Milliseconds; -1 = kept for ever. */
  readonly retentionMs: number;
  /** Absent where the value is the original bytes of another topic. */
  readonly schema?: z.ZodType;
  readonly summary: string;
}

/** Every topic of the pipeline: names, shapes and settings live here and nowhere else. All use `LogAppendTime`. */
export const TOPICS = {
  clicks: {
    key: 'user id',
    writer: 'you',
    partitions: 4,
    cleanup: 'delete',
    retentionMs: -1,
    schema: clickEventSchema,
    summary: 'What users did; the log that all state can be rebuilt from.',
  },
  items: {
    key: 'item id',
    writer: 'you',
    partitions: 4,
    cleanup: 'compact',
    retentionMs: -1,
    schema: itemSchema,
    summary: 'What is known of each item.',
  },
  'sequence-updates': {
    key: 'user id',
    writer: 'ingest',
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
    schema: sequenceUpdateSchema,
    summary: 'The sequence of a user changed.',
  },
  'user-vectors': {
    key: 'user id',
    writer: 'embedder',
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
    schema: userVectorSchema,
    summary: 'The vector of a user changed.',
  },
  recommendations: {
    key: 'user id',
    writer: 'recall',
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 7 * DAY_MS,
    schema: recommendationSchema,
    summary: 'What to recommend to a user now.',
  },
  'dead-letters': {
    key: 'that of the source',
    writer: 'any service',
    partitions: 4,
    cleanup: 'delete',
    retentionMs: 30 * DAY_MS,
    summary: 'Messages that could not be read, with the reason in the headers.',
  },
} as const satisfies Record<string, TopicSpec>;

export type TopicName = keyof typeof TOPICS;

export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

/**
 * Headers of a message on `dead-letters`. Readers tell a repeated letter by source topic, partition and offset. Beside them, where they
 * apply: those of {@link DEAD_LETTER_MARKS}, and the headers of the source, each name behind {@link SOURCE_HEADER_PREFIX}.
 */
export const DEAD_LETTER_HEADERS = [
  'reason',
  'field',
  'message',
  'service',
  'source-topic',
  'source-partition',
  'source-offset',
  'source-append-time',
] as const;

/** What a dead letter says of itself where it is not the whole original, or was dealt with. */
export const DEAD_LETTER_MARKS = {
  'original-bytes': 'The value was longer than a letter may be, and is cut: so many bytes it had.',
  'original-key-bytes': 'The key was too long for a letter, and is cut: so many bytes it had.',
  'original-headers': 'The headers of the source did not fit, and are left out: so many there were.',
  'replayed-to':
    'Not a letter of its own (the value is null): the one of this origin was published again, and landed here.',
} as const;

/** The headers of a refused message go with its letter, each name behind this. */
export const SOURCE_HEADER_PREFIX = 'source-header-';

/** Header of a message that was published again from its dead letter: the letter's origin, as `TOPIC/PARTITION/OFFSET`. */
export const REPLAYED_OF_HEADER = 'replayed-of';

/** The default namespace; topics and consumer groups carry the namespace only when it is another. */
export const DEFAULT_NAMESPACE = 'click-recall';

/** The name of a topic on the broker. */
export function topicName(topic: TopicName, namespace: string): string {
  return namespace === DEFAULT_NAMESPACE ? topic : `${namespace}.${topic}`;
}

/** The name of a service's consumer group on the broker. */
export function groupId(service: string, namespace: string): string {
  return `${namespace}.${service}`;
}
