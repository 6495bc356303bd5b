import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowRun } from '../row.js';
import { openBreakableServer, type BreakableServer } from './breakable-server.js';
import type { LocalCluster } from './local-servers.js';
import { openPipeline, type FaultPipeline, type PipelineOptions } from './open-pipeline.js';

export type { FaultPipeline, PipelineOptions } from './open-pipeline.js';

/** A Kafka and a Redis of a row's own, and the services that it starts on them. All is gone when the row is over. */
export interface World {
  readonly kafka: BreakableServer;
  readonly redis: BreakableServer;
  /** A folder of this world, for whatever a row keeps there. */
  readonly folder: string;
  /** A pipeline on these servers; each call gives another one. */
  openPipeline(options?: PipelineOptions): Promise<FaultPipeline>;
}

export interface WorldOptions {
  /** Whether Redis keeps an append-only file (fsync every second); default true. */
  readonly persist?: boolean;
}

/** Starts the servers; what is opened is closed by the row's `defer`. */
export async function openWorld(
  run: Pick<RowRun, 'servers' | 'defer'>,
  { persist = true }: WorldOptions = {},
): Promise<World> {
  const folder = await openFolder(run);
  const [redis, kafka] = await Promise.all([
    openBreakableServer((port) => run.servers.startRedis({ dataDir: join(folder, 'redis'), port, persist })),
    openKafka(run, folder),
  ]);
  run.defer(() => redis.stop());
  const addresses = { kafka: kafka.address, redis: redis.address, cluster: false, folder };
  return { kafka, redis, folder, openPipeline: (options) => openPipeline(addresses, run, options) };
}

/** Like {@link World}, with a Redis Cluster in place of the one server. */
export interface ClusterWorld extends Omit<World, 'redis'> {
  readonly redis: LocalCluster;
}

/** Starts a Kafka and a Redis Cluster; what is opened is closed by the row's `defer`. */
export async function openClusterWorld(
  run: Pick<RowRun, 'servers' | 'defer'>,
  shape: { readonly masters: number; readonly replicas: number; readonly persist?: boolean },
): Promise<ClusterWorld> {
  const folder = await openFolder(run);
  const [redis, kafka] = await Promise.all([
    run.servers.startRedisCluster({ dataDir: join(folder, 'redis'), ...shape }),
    openKafka(run, folder),
  ]);
  run.defer(() => redis.stop());
  const addresses = { kafka: kafka.address, redis: redis.address, cluster: true, folder };
  return { kafka, redis, folder, openPipeline: (options) => openPipeline(addresses, run, options) };
}

async function openFolder({ defer }: Pick<RowRun, 'defer'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-faults-'));
  defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openKafka({ servers, defer }: Pick<RowRun, 'servers' | 'defer'>, folder: string) {
  const kafka = await openBreakableServer((port) => servers.startKafka({ dataDir: join(folder, 'kafka'), port }));
  defer(() => kafka.stop());
  return kafka;
}
