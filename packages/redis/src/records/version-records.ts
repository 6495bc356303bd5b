import { Repository, type Schema } from 'redis-om';
import type { RedisConnection } from '../connection/redis-connection.js';
import { encodeId } from '../keys.js';
import type { RecordClient } from './create-record-client.js';

/** The hash of a record: what has parts is JSON. */
type Stored = Record<string, string | number>;

export interface VersionRecordsParts<R, S extends Stored> {
  readonly records: RecordClient;
  readonly commands: RedisConnection['commands'];
  /** Of the sorted set that names the records, by the time of their making. */
  readonly listKey: string;
  readonly schema: Schema<S>;
  readonly toStored: (record: R) => S;
  /** redis-om gives an empty entity for a hash that is not there. */
  readonly fromStored: (stored: Partial<S>) => R | undefined;
}

/** Records of versions, a hash each, and the list that names them. */
export interface VersionRecords<R> {
  /** Writes the whole record. */
  save(record: R): Promise<void>;
  /** Names a record in the list again: where the two lie on different masters of a Cluster, a failover may lose one of them. */
  enlist(record: Named): Promise<void>;
  get(version: string): Promise<R | undefined>;
  /** Newest first. */
  list(): Promise<R[]>;
  remove(version: string): Promise<void>;
}

interface Named {
  readonly version: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

export function createVersionRecords<R extends Named, S extends Stored>(
  parts: VersionRecordsParts<R, S>,
): VersionRecords<R> {
  const { records, commands, listKey, schema, toStored, fromStored } = parts;
  const withRepository = <T>(work: (repository: Repository<S>) => Promise<T>): Promise<T> =>
    records.use((connection) => work(new Repository(schema, connection)));

  const enlist = async ({ version, createdAt }: Named): Promise<void> => {
    await commands.call(['ZADD', listKey, createdAt, version]);
  };

  return {
    // Who dies between the two leaves a name without a record, which is looked over; a record without a name nobody would come upon.
    async save(record) {
      await enlist(record);
      await withRepository((repository) => repository.save(encodeId(record.version), toStored(record)));
    },
    enlist,
    get: async (version) => fromStored(await withRepository((repository) => repository.fetch(encodeId(version)))),
    async list() {
      const versions = (await commands.call(['ZRANGE', listKey, 0, -1, 'REV'])) as string[];
      const stored = await withRepository((repository) => repository.fetch(versions.map(encodeId)));
      return stored.map(fromStored).filter((record) => record !== undefined);
    },
    async remove(version) {
      await withRepository((repository) => repository.remove(encodeId(version)));
      await commands.call(['ZREM', listKey, version]);
    },
  };
}
