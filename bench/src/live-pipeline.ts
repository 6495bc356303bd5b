import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { spacesOf, VOCABULARY_FILE, writeVocabulary } from '@click-recall/encoding';
import { readCpuSeconds, readResidentMb, startService, type ServiceProcess } from '@click-recall/infra';
import { createJobs } from '@click-recall/jobs';
import { createKafkaClient, pipelineTopics } from '@click-recall/kafka';
import {
  createSequenceEncoder,
  defaultModelConfig,
  sequenceBatch,
  serializeEncoder,
  trainEncoder,
} from '@click-recall/model';
import {
  createActivationStore,
  createModelStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  createUserVectorStore,
  deleteNamespace,
} from '@click-recall/redis';
import { createRegistry, newVersionId } from '@click-recall/registry';
import { createLogger, loadConfig } from '@click-recall/runtime';
import { chooseIndex } from '@click-recall/vector-index';
import { activateRanker } from './activate-ranker.js';
import { syntheticUsers, type SyntheticShape, type SyntheticUser } from './synthetic-clicks.js';

type ServiceName = 'ingest' | 'embedder' | 'recall';

export interface LivePipelineOptions {
  readonly shape: SyntheticShape;
  readonly epochs: number;
  readonly services: readonly ServiceName[];
  /** A ranker is live too. */
  readonly ranker: boolean;
  readonly onStep: (line: string) => void;
}

/** For `parseArgs`: what the benches of the live pipeline have in common. */
export const PIPELINE_OPTIONS = {
  items: { type: 'string', default: '4000' },
  users: { type: 'string', default: '6000' },
  epochs: { type: 'string', default: '3' },
  ranker: { type: 'boolean', default: false },
} as const;

export function readPipelineOptions(
  values: Readonly<Record<'items' | 'users' | 'epochs', string>> & { readonly ranker: boolean },
): Pick<LivePipelineOptions, 'shape' | 'epochs' | 'ranker'> {
  const shape = { users: Number(values.users), items: Number(values.items), clicksPerUser: 60 };
  return { shape, epochs: Number(values.epochs), ranker: values.ranker };
}

/**
 * The real services as processes of their own, on the Kafka and Redis that the environment names, in a namespace of their own, with
 * synthetic clicks and a model trained on them that is live.
 */
export async function openLivePipeline({ shape, epochs, services, ranker, onStep }: LivePipelineOptions) {
  const { kafka: kafkaConfig, redis: redisConfig } = loadConfig();
  const namespace = `bench-${process.pid}-${Date.now()}`;
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-bench-'));
  const registryUrl = pathToFileURL(join(folder, 'registry')).href;
  const logger = createLogger({ service: 'bench', level: 'error' });
  const kafka = createKafkaClient({ ...kafkaConfig, clientId: 'bench', logger });
  const admin = kafka.admin();
  const redis = createRedis({ ...redisConfig, logger });
  const records = createRecordClient({ ...redisConfig, logger });
  const jobs = createJobs({ redisUrl: redisConfig.url, namespace, logger });
  const running: ServiceProcess[] = [];
  const topics = pipelineTopics(namespace);

  const close = async (): Promise<void> => {
    for (const service of running.reverse()) await service.stop();
    await jobs.close();
    await admin.deleteTopics(topics.map(({ name }) => name));
    await kafka.close();
    await deleteNamespace(redis, namespace);
    await records.close();
    await redis.quit();
    await rm(folder, { recursive: true });
  };

  try {
    await redis.ready(10_000);
    await admin.ensureTopics(topics);
    const users = syntheticUsers(shape);
    const sequences = createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 10_000 });
    await storeSequences(sequences, users);
    onStep(`${users.length} users with ${shape.clicksPerUser} clicks each`);

    const registry = createRegistry(registryUrl);
    const models = createModelStore(records, redis, { namespace });
    const version = newVersionId(Date.now());
    const { files, itemIds, loss } = await trainModel(users, epochs);
    onStep(`a model of ${itemIds.length} items after ${epochs} epochs, loss ${loss.toFixed(3)}`);
    const { url: artifactUrl } = await registry.write(version, files);
    const createdAt = Date.now();
    await models.save({ version, status: 'written', artifactUrl, createdAt, config: defaultModelConfig });

    const ports = new Map<ServiceName, number>();
    for (const name of services) {
      const port = await freePort();
      ports.set(name, port);
      const spec = {
        name,
        main: fileURLToPath(import.meta.resolve(`../../services/${name}/dist/main.js`)),
        logFolder: join(folder, 'logs'),
        readyUrl: `http://127.0.0.1:${port}/healthz`,
        env: {
          NAMESPACE: namespace,
          KAFKA_BROKERS: kafkaConfig.brokers.join(','),
          REDIS_URL: redisConfig.url,
          REGISTRY_URL: registryUrl,
          RATE_LIMIT: '0',
          TF_CPP_MIN_LOG_LEVEL: '2',
          [`${name.toUpperCase()}_PORT`]: String(port),
        },
      };
      running.push(await startService(spec));
    }
    onStep(`${services.join(', ')} are up`);

    const started = performance.now();
    const { id } = await jobs.startRollback(version);
    const embedded = await jobs.waitFor('embed', id);
    if (embedded.kind === 'failed') throw new Error(`embed: ${embedded.failure.message}`);
    const republished = await jobs.waitFor('republish', id);
    if (republished.kind === 'failed') throw new Error(`republish: ${republished.failure.message}`);
    const switchSeconds = (performance.now() - started) / 1000;
    onStep(`embedded, live and published anew in ${switchSeconds.toFixed(1)} s`);
    if (ranker) {
      const activation = createActivationStore(redis, { namespace });
      const recall = `http://127.0.0.1:${ports.get('recall')}`;
      onStep(`${await activateRanker({ modelVersion: version, files, registry, activation, recall })} is live`);
    }
    const record = await models.get(version);
    if (!record?.lift) throw new Error('the version has no lift');

    return {
      namespace,
      version,
      users,
      itemIds,
      kafka,
      index: await chooseIndex(redis, { namespace }),
      spaces: spacesOf(version, defaultModelConfig.encoder.dim, record.lift),
      userVectors: createUserVectorStore(redis, { namespace }),
      /** Address of a service. */
      url: (name: ServiceName): string => `http://127.0.0.1:${ports.get(name)}`,
      /** What the services have written to their logs, for when something is wrong. */
      logs: () => Promise.all(running.map(({ logFile }) => readFile(logFile, 'utf8'))),
      /** Resident memory, and processor time used since the start, of each service. */
      usage: () =>
        Promise.all(
          running.map(async ({ name, pid }) => ({
            name,
            residentMb: await readResidentMb(pid),
            cpuSeconds: await readCpuSeconds(pid),
          })),
        ),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface Usage {
  readonly name: string;
  readonly residentMb: number;
  readonly cpuSeconds: number;
}

/** Memory at the end, processor time of the time between. */
export function usageBetween(before: readonly Usage[], after: readonly Usage[]): Usage[] {
  return after.map(({ name, residentMb, cpuSeconds }, place) => ({
    name,
    residentMb,
    cpuSeconds: Math.round((cpuSeconds - (before[place]?.cpuSeconds ?? NaN)) * 10) / 10,
  }));
}

export function describeUsage(usage: readonly Usage[]): string {
  return usage.map(({ name, residentMb, cpuSeconds }) => `${name} ${residentMb} MB, ${cpuSeconds} s CPU`).join('; ');
}

async function storeSequences(
  sequences: Pick<ReturnType<typeof createSequenceStore>, 'applyBatch'>,
  users: readonly SyntheticUser[],
): Promise<void> {
  const start = Date.now() - 1000 * 60 * 60 * 24;
  for (let first = 0; first < users.length; first += 200) {
    await sequences.applyBatch(
      users.slice(first, first + 200).map(({ userId, itemIds }) => ({
        userId,
        operations: itemIds.map((itemId, place) => ({
          kind: 'add' as const,
          timestamp: start + place * 1000,
          eventId: `past-${place}`,
          itemId,
          appendTimeMs: start + place,
        })),
      })),
    );
  }
}

async function trainModel(users: readonly SyntheticUser[], epochs: number) {
  const itemIds = [...new Set(users.flatMap((user) => user.itemIds))].sort();
  const indexes = new Map(itemIds.map((itemId, place) => [itemId, place + 1]));
  const train = sequenceBatch(users.map((user) => user.itemIds.map((itemId) => indexes.get(itemId)!)));
  const encoder = createSequenceEncoder(defaultModelConfig.encoder, itemIds.length, 1);
  const result = await trainEncoder({ encoder, train, config: { ...defaultModelConfig.training, epochs } });
  const files = serializeEncoder(encoder).set(VOCABULARY_FILE, writeVocabulary(itemIds));
  encoder.dispose();
  return { files, itemIds, loss: result.epochs.at(-1)?.loss ?? NaN };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
