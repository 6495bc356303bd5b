import type { Metrics } from '@click-recall/contracts';
import { FatalError } from '@click-recall/runtime';
import { Repository, Schema } from 'redis-om';
import type { RedisConnection } from '../connection/redis-connection.js';
import { encodeId, keysOf } from '../keys.js';
import type { RecordClient } from './create-record-client.js';

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

export interface ModelStore {
  /** Writes the whole record. */
  save(record: ModelRecord): Promise<void>;
  /** Names a record in the list again: where the two lie on different masters of a Cluster, a failover may lose one of them. */
  enlist(record: Pick<ModelRecord, 'version' | 'createdAt'>): Promise<void>;
  /** Changes some fields of a record; rejects when there is no such version. */
  update(version: string, changes: Partial<Omit<ModelRecord, 'version'>>): Promise<ModelRecord>;
  get(version: string): Promise<ModelRecord | undefined>;
  /** Newest first. */
  list(): Promise<ModelRecord[]>;
  remove(version: string): Promise<void>;
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
  const withRepository = <T>(work: (repository: Repository<StoredModel>) => Promise<T>): Promise<T> =>
    records.use((connection) => work(new Repository(schema as Schema<StoredModel>, connection)));

  const get = async (version: string): Promise<ModelRecord | undefined> =>
    fromStored(await withRepository((repository) => repository.fetch(encodeId(version))));

  const enlist = async ({ version, createdAt }: Pick<ModelRecord, 'version' | 'createdAt'>): Promise<void> => {
    await commands.call(['ZADD', keys.modelVersions, createdAt, version]);
  };

  // Who dies between the two leaves a name without a record, which is looked over; a record without a name nobody would come upon.
  const save = async (record: ModelRecord): Promise<void> => {
    await enlist(record);
    await withRepository((repository) => repository.save(encodeId(record.version), toStored(record)));
  };

  return {
    save,
    enlist,
    get,
    update: async (version, changes) => {
      const record = await get(version);
      if (!record) throw new FatalError(`no model version ${version} is known`);
      const changed = { ...record, ...changes };
      await save(changed);
      return changed;
    },
    list: async () => {
      const versions = (await commands.call(['ZRANGE', keys.modelVersions, 0, -1, 'REV'])) as string[];
      const stored = await withRepository((repository) => repository.fetch(versions.map(encodeId)));
      return stored.map(fromStored).filter((record) => record !== undefined);
    },
    remove: async (version) => {
      await withRepository((repository) => repository.remove(encodeId(version)));
      await commands.call(['ZREM', keys.modelVersions, version]);
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
