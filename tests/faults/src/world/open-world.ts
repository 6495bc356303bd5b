import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createKafkaClient, pipelineTopics, type KafkaAdmin, type KafkaClient } from '@click-recall/kafka';
import { createRedis, type RedisConnection } from '@click-recall/redis';
import { createLogger, type Logger } from '@click-recall/runtime';
import { randomNamespace } from '@click-recall/testing';
import type { RowRun } from '../row.js';
import { openBreakableServer, type BreakableServer } from './breakable-server.js';
import { startFaultService, type FaultService, type FaultServiceName } from './fault-service.js';

/** A Kafka and a Redis of a row's own, and the services that it starts on them. All is gone when the row is over. */
export interface World {
  readonly kafka: BreakableServer;
  readonly redis: BreakableServer;
  /** A folder of this world, for whatever a row keeps there. */
  readonly folder: string;
  /** A pipeline on these servers; each call gives another one. */
  openPipeline(options?: PipelineOptions): Promise<FaultPipeline>;
}

export interface PipelineOptions {
  /** Settings of every service, on top of addresses and namespace. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One pipeline: a namespace with its topics, clients to look at it from outside, and its services. */
export interface FaultPipeline {
  readonly namespace: string;
  readonly env: Readonly<Record<string, string>>;
  readonly client: KafkaClient;
  readonly admin: KafkaAdmin;
  readonly redis: RedisConnection;
  readonly logger: Logger;
  /** What the services that were started and not stopped are. */
  readonly services: readonly FaultService[];
  /** Starts a service as it is started in production, and waits until it is up (`/healthz`); `more` is for this process alone. */
  start(name: FaultServiceName, more?: Readonly<Record<string, string>>): Promise<FaultService>;
}

export interface WorldOptions {
  /** Whether Redis keeps an append-only file (fsync every second); default true. */
  readonly persist?: boolean;
}

/** Starts the servers; what is opened is closed by the row's `defer`. */
export async function openWorld(
  { servers, defer }: Pick<RowRun, 'servers' | 'defer'>,
  options: WorldOptions = {},
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-faults-'));
  defer(() => rm(folder, { recursive: true, force: true }));
  const persist = options.persist ?? true;
  const [redis, kafka] = await Promise.all([
    openBreakableServer((port) => servers.startRedis({ dataDir: join(folder, 'redis'), port, persist })),
    openBreakableServer((port) => servers.startKafka({ dataDir: join(folder, 'kafka'), port })),
  ]);
  defer(() => Promise.all([redis.stop(), kafka.stop()]));

  async function openPipeline({ env = {} }: PipelineOptions = {}): Promise<FaultPipeline> {
    const namespace = randomNamespace('faults');
    const logger = createLogger({ service: 'faults', level: 'silent' });
    const client = createKafkaClient({ brokers: [kafka.address], clientId: 'faults', logger });
    const connection = createRedis({ url: `redis://${redis.address}`, cluster: false, logger });
    const admin = client.admin();
    const services: FaultService[] = [];
    defer(async () => {
      await Promise.all(services.map((service) => service.kill()));
      await client.close();
      await connection.quit();
    });
    await admin.ensureTopics(pipelineTopics(namespace));
    await connection.ready(10_000);
    const common = {
      PATH: process.env['PATH'] ?? '',
      NAMESPACE: namespace,
      KAFKA_BROKERS: kafka.address,
      REDIS_URL: `redis://${redis.address}`,
      REGISTRY_URL: pathToFileURL(join(folder, namespace, 'registry')).href,
      RATE_LIMIT: '0',
      TF_CPP_MIN_LOG_LEVEL: '2',
      ...env,
    };
    return {
      namespace,
      env: common,
      client,
      admin,
      redis: connection,
      logger,
      services,
      async start(name, more = {}) {
        const service = await startFaultService({
          name,
          port: await servers.freePort(),
          env: { ...common, ...more },
          logFolder: join(folder, namespace, 'logs'),
          number: services.length,
        });
        services.push(service);
        return service;
      },
    };
  }

  return { kafka, redis, folder, openPipeline };
}
