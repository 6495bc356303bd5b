export interface TopicConfig {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** -1 = for ever. */
  readonly retentionMs: number;
}

/** Questions about topics and groups, and the making of topics. Offsets are "next" offsets: end = the one after the newest message. */
export interface KafkaAdmin {
  /** Creates what is missing, with `LogAppendTime`; leaves what exists as it is. Returns the names of those created. */
  ensureTopics(topics: readonly TopicConfig[]): Promise<string[]>;
  deleteTopics(names: readonly string[]): Promise<void>;
  listTopics(): Promise<string[]>;
  topicStartOffsets(topic: string): Promise<Map<number, bigint>>;
  topicEndOffsets(topic: string): Promise<Map<number, bigint>>;
  /** Committed offsets of a group; partitions without any are absent. */
  groupOffsets(group: string, topic: string): Promise<Map<number, bigint>>;
  /** Messages that a group has yet to read; without a committed offset all that are there. */
  lag(group: string, topic: string): Promise<bigint>;
  /** Resolves once a broker answers; keeps trying until then, or until `signal` is aborted. */
  waitUntilReachable(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
