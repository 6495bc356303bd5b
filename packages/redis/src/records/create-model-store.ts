import type { Metrics } from '@click-recall/contracts';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { RecordClient } from './create-record-client.js';

export type ModelStatus = 'written' | 'rejected' | 'ready' | 'live' | 'retired';

/** M of the cosine lift of each index of the version. */
export interface Lift {
  readonly items: number;
  readonly users: number;
}

/** What is known of a model version; the weights are in the registry. */
export interface ModelRecord {
  readonly version: string;
  readonly status: ModelStatus;
  readonly artifactUrl: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** The model's settings, as they were. */
  readonly config: unknown;
  readonly metrics?: Metrics;
  /** The version it was fine-tuned from. */
  readonly parent?: string;
  /** Why it was rejected. */
  readonly reason?: string;
  readonly lift?: Lift;
}

export interface ModelStore {
  /** Writes the whole record. */
  save(record: ModelRecord): Promise<void>;
  /** Changes some fields of a record; rejects when there is no such version. */
  update(version: string, changes: Partial<Omit<ModelRecord, 'version'>>): Promise<ModelRecord>;
  get(version: string): Promise<ModelRecord | undefined>;
  /** Newest first. */
  list(): Promise<ModelRecord[]>;
  remove(version: string): Promise<void>;
}

export function createModelStore(
  _records: RecordClient,
  _redis: RedisConnection,
  _options: { readonly namespace: string },
): ModelStore {
  throw new Error('not built yet');
}
