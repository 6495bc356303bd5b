import type { Metrics } from '@click-recall/contracts';
import { FatalError } from '@click-recall/runtime';
import { Schema } from 'redis-om';
import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';
import type { RecordClient } from './create-record-client.js';
import { createVersionRecords, type VersionRecords } from './version-records.js';

/**
 * written: has files, no complete index. rejected: did not pass the gate. ready: its index is complete, or was when it was last live.
 * live: people see it; what counts is the activation, which this follows. retired: its index was emptied.
 */
export type ModelStatus = 'written' | 'rejected' | 'ready' | 'live' | 'retired';

/** How the indexes of a version are laid out: chosen when they are begun, and never changed, since who searches must agree with who writes. */
export interface Lift {
  /** M of the cosine lift of the items' index. */
  readonly items: number;
  /** M of the users' index. */
  readonly users: number;
  /** Keys that each index is spread over; absent: one. */
  readonly shards?: number;
}

/** What is known of a model version; the weights are in the registry. */
export interface ModelRecord {
  readonly version: string;
  readonly status: ModelStatus;
  /** Empty once its files were removed. */
  readonly artifactUrl: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** The model's settings, as they were. */
  readonly config: unknown;
  readonly metrics?: Metrics;
  /** The version it was fine-tuned from. */
  readonly parent?: string;
  /** The version that was live when its training began, and that alone it may replace by itself; none for the first. */
  readonly replaces?: string;
  /** Why it was rejected. */
  readonly reason?: string;
  readonly lift?: Lift;
}

export interface ModelStore extends VersionRecords<ModelRecord> {
  /** Changes some fields of a record; rejects when there is no such version. */
  update(version: string, changes: Partial<Omit<ModelRecord, 'version'>>): Promise<ModelRecord>;
}

export function createModelStore(
  records: RecordClient,
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): ModelStore {
  const keys = keysOf(namespace);
  const text = { type: 'string' } as const;
  const schema = new Schema(
    keys.modelsPrefix,
    {
      version: text,
      status: text,
      artifactUrl: text,
      createdAt: { type: 'number' },
      config: text,
      metrics: text,
      parent: text,
      replaces: text,
      reason: text,
      lift: text,
    },
    { dataStructure: 'HASH' },
  );
  const versions = createVersionRecords<ModelRecord, StoredModel>({
    records,
    commands,
    listKey: keys.modelVersions,
    schema: schema as Schema<StoredModel>,
    toStored,
    fromStored,
  });
  return {
    ...versions,
    async update(version, changes) {
      const record = await versions.get(version);
      if (!record) throw new FatalError(`no model version ${version} is known`);
      const changed = { ...record, ...changes };
      await versions.save(changed);
      return changed;
    },
  };
}

/** The hash: what has parts is JSON. */
type StoredModel = {
  version: string;
  status: string;
  artifactUrl: string;
  createdAt: number;
  config: string;
  metrics?: string;
  parent?: string;
  replaces?: string;
  reason?: string;
  lift?: string;
};

function toStored({ config, metrics, lift, ...record }: ModelRecord): StoredModel {
  return {
    ...record,
    config: JSON.stringify(config ?? null),
    ...(metrics && { metrics: JSON.stringify(metrics) }),
    ...(lift && { lift: JSON.stringify(lift) }),
  };
}

/** redis-om gives an empty entity for a hash that is not there. */
function fromStored(stored: Partial<StoredModel>): ModelRecord | undefined {
  const {
    version,
    status = 'written',
    artifactUrl = '',
    createdAt = 0,
    config = 'null',
    metrics,
    parent,
    replaces,
    reason,
    lift,
  } = stored;
  if (version === undefined) return undefined;
  return {
    version,
    status: status as ModelStatus,
    artifactUrl,
    createdAt,
    config: JSON.parse(config) as unknown,
    ...(metrics !== undefined && { metrics: JSON.parse(metrics) as Metrics }),
    ...(parent !== undefined && { parent }),
    ...(replaces !== undefined && { replaces }),
    ...(reason !== undefined && { reason }),
    ...(lift !== undefined && { lift: JSON.parse(lift) as Lift }),
  };
}
