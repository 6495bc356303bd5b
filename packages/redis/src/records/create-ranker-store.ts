import type { RankerMetrics } from '@click-recall/contracts';
import { Schema } from 'redis-om';
import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';
import type { RecordClient } from './create-record-client.js';
import { createVersionRecords, type VersionRecords } from './version-records.js';

/** What is known of a ranker; its weights are in the registry. Which one is live is said by the activation alone. */
export interface RankerRecord {
  readonly version: string;
  /** The encoder version that it belongs to. */
  readonly modelVersion: string;
  /** Whether it passed its gate. */
  readonly status: 'passed' | 'rejected';
  /** Empty once its files were removed. */
  readonly artifactUrl: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** The settings it was trained with. */
  readonly config: unknown;
  readonly metrics: RankerMetrics;
  /** Why it was rejected. */
  readonly reason?: string;
}

export interface RankerStore extends VersionRecords<RankerRecord> {
  /** Newest first; with `modelVersion`, those of that encoder. */
  list(modelVersion?: string): Promise<RankerRecord[]>;
}

export function createRankerStore(
  records: RecordClient,
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): RankerStore {
  const keys = keysOf(namespace);
  const text = { type: 'string' } as const;
  const schema = new Schema(
    keys.rankersPrefix,
    {
      version: text,
      modelVersion: text,
      status: text,
      artifactUrl: text,
      createdAt: { type: 'number' },
      config: text,
      metrics: text,
      reason: text,
    },
    { dataStructure: 'HASH' },
  );
  const versions = createVersionRecords<RankerRecord, StoredRanker>({
    records,
    commands,
    listKey: keys.rankerVersions,
    schema: schema as Schema<StoredRanker>,
    toStored,
    fromStored,
  });
  return {
    ...versions,
    list: async (modelVersion) =>
      (await versions.list()).filter((record) => modelVersion === undefined || record.modelVersion === modelVersion),
  };
}

/**
 * The ranker to go live with its encoder: of those that passed their gate and still have files, the one that gained most over the
 * recalled order.
 */
export function bestRanker(records: readonly RankerRecord[]): RankerRecord | undefined {
  const gain = ({ metrics: { ndcg10 } }: RankerRecord): number => ndcg10.reranked - ndcg10.recalled;
  return records
    .filter(({ status, artifactUrl }) => status === 'passed' && artifactUrl !== '')
    .reduce<RankerRecord | undefined>((best, next) => (best && gain(best) >= gain(next) ? best : next), undefined);
}

/** The hash: what has parts is JSON. */
type StoredRanker = {
  version: string;
  modelVersion: string;
  status: string;
  artifactUrl: string;
  createdAt: number;
  config: string;
  metrics: string;
  reason?: string;
};

function toStored({ config, metrics, ...record }: RankerRecord): StoredRanker {
  return { ...record, config: JSON.stringify(config ?? null), metrics: JSON.stringify(metrics) };
}

/** redis-om gives an empty entity for a hash that is not there. */
function fromStored(stored: Partial<StoredRanker>): RankerRecord | undefined {
  const { version, modelVersion, status, artifactUrl = '', createdAt = 0, config = 'null', metrics, reason } = stored;
  if (version === undefined || modelVersion === undefined || metrics === undefined) return undefined;
  return {
    version,
    modelVersion,
    status: status === 'passed' ? 'passed' : 'rejected',
    artifactUrl,
    createdAt,
    config: JSON.parse(config) as unknown,
    metrics: JSON.parse(metrics) as RankerMetrics,
    ...(reason !== undefined && { reason }),
  };
}
