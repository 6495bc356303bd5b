import { atMost, backoffMs } from '@click-recall/runtime';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { isConnectionError, isRetriableKafkaError } from './kafka-errors.js';
import { pause } from './pause.js';
import type { Reachability } from './reachability.js';

/** A new topic has a leader for each partition within this time, ms, on a slow machine where others make many topics, too. */
const LEADERS_WITHIN_MS = 60_000;

/** Brokers that are away are not waited for at the end. */
const CLOSE_WITHIN_MS = 1_000;

export interface TopicConfig {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** -1 = for ever. */
  readonly retentionMs: number;
  /** How the broker stores it, whatever producers send; default: as they send it. */
  readonly compression?: TopicCompression;
}

export type TopicCompression = 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Questions about topics and groups, and the making of topics. Offsets are "next" offsets: end = the one after the newest message. */
export interface KafkaAdmin {
  /** Creates what is missing, with `LogAppendTime`; leaves what exists as it is. Returns the names of those created. */
  ensureTopics(topics: readonly TopicConfig[]): Promise<string[]>;
  deleteTopics(names: readonly string[]): Promise<void>;
  listTopics(): Promise<string[]>;
  topicStartOffsets(topic: string): Promise<Map<number, bigint>>;
  topicEndOffsets(topic: string): Promise<Map<number, bigint>>;
  /** Offset of the first message appended at `timeMs` or later; the end where there is none. */
  topicOffsetsAt(topic: string, timeMs: number): Promise<Map<number, bigint>>;
  /** Committed offsets of a group; partitions without any are absent. */
  groupOffsets(group: string, topic: string): Promise<Map<number, bigint>>;
  /** Messages that a group has yet to read; without a committed offset all that are there. */
  lag(group: string, topic: string): Promise<bigint>;
  /** Takes away a group that nobody is in, with its offsets. */
  deleteGroup(group: string): Promise<void>;
  /** Resolves once a broker answers; keeps trying until then, or until `signal` is aborted. */
  waitUntilReachable(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createAdmin({ kafka, reachability }: { kafka: Kafka; reachability: Reachability }): KafkaAdmin {
  const open = (): Admin => kafka.admin({ retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 2_000 } });
  let admin = open();
  let connecting: Promise<void> | undefined;

  async function ask<T>(
    question: (admin: Admin) => Promise<T>,
    { patienceMs = 2_000, what }: { patienceMs?: number | undefined; what?: string } = {},
  ): Promise<T> {
    const deadline = Date.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      const asked = admin;
      connecting ??= asked.connect();
      try {
        await connecting;
        const answer = await question(asked);
        reachability.worked();
        return answer;
      } catch (error) {
        // The next question connects anew: connecting again is free where the connection still stands.
        if (asked === admin) connecting = undefined;
        if (asked === admin && isConnectionError(error)) {
          admin = open();
          // Not waited for: the library wants an answer to what it asked first.
          asked.disconnect().catch(() => undefined);
        }
        reachability.failed(error);
        const refused = await reachability.refusal(error, what);
        if (refused) throw refused;
        // A leader moves, a topic is just being made: the library gives up on some of these at once.
        const passes = isRetriableKafkaError(error) && !isConnectionError(error);
        if (!passes || Date.now() > deadline) throw error;
        await pause(backoffMs(attempt, 50, 500));
      }
    }
  }

  async function groupOffsets(group: string, topic: string): Promise<Map<number, bigint>> {
    const what = `read the offsets of the group ${group}`;
    const answers = await ask((each) => each.fetchOffsets({ groupId: group, topics: [topic] }), { what });
    const partitions = answers.find((answer) => answer.topic === topic)?.partitions ?? [];
    return new Map(
      partitions
        .map(({ partition, offset }) => [partition, BigInt(offset)] as const)
        .filter(([, offset]) => offset >= 0n),
    );
  }

  const bounds = (topic: string, patienceMs?: number) =>
    ask((each) => each.fetchTopicOffsets(topic), { patienceMs, what: `read the topic ${topic}` });

  return {
    async ensureTopics(topics) {
      const existing = new Set(await ask((each) => each.listTopics()));
      const missing = topics.filter(({ name }) => !existing.has(name));
      if (missing.length === 0) return [];
      try {
        await create(missing);
      } catch (error) {
        if (!isAlreadyThere(error)) throw error;
        // Somebody made one of them at the same moment: the others are made one by one.
        for (const topic of missing) await createUnlessThere(topic);
      }
      const names = missing.map(({ name }) => name);
      // Only a leader can answer this, and producers and consumers of a topic without one would stumble.
      for (const name of names) await bounds(name, LEADERS_WITHIN_MS);
      return names;
    },
    deleteTopics: (names) => ask((each) => each.deleteTopics({ topics: [...names] })),
    listTopics: () => ask((each) => each.listTopics()),
    topicStartOffsets: async (topic) => new Map((await bounds(topic)).map((p) => [p.partition, BigInt(p.low)])),
    topicEndOffsets: async (topic) => new Map((await bounds(topic)).map((p) => [p.partition, BigInt(p.high)])),
    topicOffsetsAt: async (topic, timeMs) =>
      new Map(
        (await ask((each) => each.fetchTopicOffsetsByTimestamp(topic, timeMs))).map((p) => [
          p.partition,
          BigInt(p.offset),
        ]),
      ),
    groupOffsets,
    async lag(group, topic) {
      const [partitions, committed] = await Promise.all([bounds(topic), groupOffsets(group, topic)]);
      return partitions.reduce((lag, { partition, low, high }) => {
        const next = committed.get(partition) ?? 0n;
        return lag + BigInt(high) - (next > BigInt(low) ? next : BigInt(low));
      }, 0n);
    },
    async deleteGroup(group) {
      await ask((each) => each.deleteGroups([group]), { what: `delete the group ${group}` });
    },
    waitUntilReachable: (signal) => reachability.whenReachable(signal),
    close: () => atMost(CLOSE_WITHIN_MS, admin.disconnect()),
  };

  async function create(topics: readonly TopicConfig[]): Promise<void> {
    // The library's own waiting gives up at the first broker that has not heard of the topic yet.
    await ask((each) => each.createTopics({ waitForLeaders: false, topics: topics.map(toKafkajs) }), {
      what: `make the topics ${topics.map(({ name }) => name).join(', ')}`,
    });
  }

  async function createUnlessThere(topic: TopicConfig): Promise<void> {
    try {
      await create([topic]);
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
  }
}

function toKafkajs({ name, partitions, cleanup, retentionMs, compression }: TopicConfig) {
  const entries = {
    'message.timestamp.type': 'LogAppendTime',
    'cleanup.policy': cleanup,
    'retention.ms': String(retentionMs),
    'compression.type': compression ?? 'producer',
  };
  return {
    topic: name,
    numPartitions: partitions,
    // The broker's default: 1 on a single machine, what the cluster's owner set elsewhere.
    replicationFactor: -1,
    configEntries: Object.entries(entries).map(([key, value]) => ({ name: key, value })),
  };
}

function isAlreadyThere(error: unknown): boolean {
  const errors = error instanceof kafkajs.KafkaJSAggregateError ? error.errors : [error];
  return errors.some(
    (each) => typeof each === 'object' && each !== null && 'type' in each && each.type === 'TOPIC_ALREADY_EXISTS',
  );
}
