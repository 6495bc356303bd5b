import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createKafkaClient,
  pipelineTopics,
  type KafkaAdmin,
  type KafkaClient,
  type TopicCompression,
} from '@click-recall/kafka';
import { createRedis, type RedisConnection } from '@click-recall/redis';
import { createLogger, type Logger } from '@click-recall/runtime';
import { randomNamespace } from '@click-recall/testing';
import type { RowRun } from '../row.js';
import { startFaultService, type FaultService, type FaultServiceName } from './fault-service.js';

export interface PipelineOptions {
  /** Settings of every service, on top of addresses and namespace. */
  readonly env?: Readonly<Record<string, string>>;
  /** How the broker stores the messages of every topic; default: as they are sent. */
  readonly compression?: TopicCompression;
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
  /**
   * Starts a service as it is started in production, and waits until it is up (`/healthz`); `more` is for this process alone, `onSpawn` is
   * told as soon as there is one.
   */
  start(
    name: FaultServiceName,
    more?: Readonly<Record<string, string>>,
    onSpawn?: (pid: number) => void,
  ): Promise<FaultService>;
}

export interface PipelineServers {
  /** host:port */
  readonly kafka: string;
  readonly redis: string;
  /** Whether Redis is a Cluster. */
  readonly cluster: boolean;
  readonly folder: string;
}

/** Opens a pipeline on servers that run; closed by the row's `defer`. */
export async function openPipeline(
  { kafka, redis, cluster, folder }: PipelineServers,
  { servers, defer }: Pick<RowRun, 'servers' | 'defer'>,
  { env = {}, compression }: PipelineOptions = {},
): Promise<FaultPipeline> {
  const namespace = randomNamespace('faults');
  const logger = createLogger({ service: 'faults', level: 'silent' });
  const client = createKafkaClient({ brokers: [kafka], clientId: 'faults', logger });
  const connection = createRedis({ url: `redis://${redis}`, cluster, logger });
  const admin = client.admin();
  const services: FaultService[] = [];
  let started = 0;
  defer(async () => {
    await Promise.all(services.map((service) => service.kill()));
    await client.close();
    await connection.quit();
  });
  await admin.ensureTopics(
    pipelineTopics(namespace).map((topic) => ({ ...topic, ...(compression && { compression }) })),
  );
  await connection.ready(10_000);
  const common = {
    PATH: process.env['PATH'] ?? '',
    NAMESPACE: namespace,
    KAFKA_BROKERS: kafka,
    REDIS_URL: `redis://${redis}`,
    REDIS_CLUSTER: String(cluster),
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
    async start(name, more = {}, onSpawn) {
      const service = await startFaultService({
        name,
        port: await ownPort(servers),
        env: { ...common, ...more },
        logFolder: join(folder, namespace, 'logs'),
        number: (started += 1),
        ...(onSpawn && { onSpawn }),
      });
      services.push(service);
      return service;
    },
  };
}

/** Ports that were given to services of this process, in whatever lane: one that is starting does not listen yet, and two would be taken for one. */
const given = new Set<number>();

async function ownPort({ freePort }: Pick<RowRun['servers'], 'freePort'>): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
