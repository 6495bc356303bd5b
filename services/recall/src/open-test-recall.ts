import {
  recommendationSchema,
  topicName,
  type ClickCause,
  type ItemInput,
  type Recommendation,
  type UserVectorMessage,
} from '@click-recall/contracts';
import {
  createVersionedEncoder,
  spacesOf,
  STAGE_FILE,
  VOCABULARY_FILE,
  writeStage,
  writeVocabulary,
} from '@click-recall/encoding';
import { createJobs } from '@click-recall/jobs';
import { createKafkaClient, pipelineTopics, type ConsumedMessage } from '@click-recall/kafka';
import {
  createRanker,
  createSequenceEncoder,
  defaultModelConfig,
  defaultRankerConfig,
  serializeEncoder,
  serializeRanker,
} from '@click-recall/model';
import {
  createActivationStore,
  createColdVectorStore,
  createItemStore,
  createOffsetStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  createUserVectorStore,
  deleteNamespace,
} from '@click-recall/redis';
import { createRegistry, newRankerId, newVersionId } from '@click-recall/registry';
import { createLogger, createServiceContext, loadConfig, type ServiceContext } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { chooseIndex, liftFor } from '@click-recall/vector-index';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { startRecall } from './service.js';

const ENCODER = { ...defaultModelConfig.encoder, sequenceLength: 8, dim: 16, layers: 1, dropout: 0 };

export const ITEMS = Array.from({ length: 60 }, (_, index) => `item-${index}`);

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly items: { itemId: string; score: number; channel: string; rankScore?: number; title?: string }[];
    readonly users: { userId: string; score: number }[];
    readonly modelVersion: string | null;
    readonly rankerVersion: string | null;
    readonly sequenceRevision: number | null;
    readonly error: { code: string; field?: string };
  };
}

export interface TestRecallOptions {
  readonly graceMs?: number;
  /** Where recall itself finds Redis; the test goes there directly. */
  readonly serviceRedisUrl?: string;
  /** Of the service's configuration, over that of the test. */
  readonly env?: Readonly<Record<string, string>>;
}

/** For tests only: the real servers, a registry in a folder of its own, and what the other services would do. */
export async function openTestRecall({ graceMs = 60_000, serviceRedisUrl, env }: TestRecallOptions = {}) {
  const { kafkaBrokers, redisUrl, redisCluster } = testServers();
  const namespace = randomNamespace('recall');
  const folder = await mkdtemp(join(tmpdir(), 'recall-'));
  const config = loadConfig({
    NAMESPACE: namespace,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    REDIS_URL: serviceRedisUrl ?? redisUrl,
    REDIS_CLUSTER: String(redisCluster),
    REGISTRY_URL: pathToFileURL(folder).href,
    RECALL_PORT: '0',
    GRACE_MS: String(graceMs),
    LOG_LEVEL: 'silent',
    ...env,
  });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const lines: string[] = [];
  const redis = createRedis({ url: redisUrl, cluster: redisCluster, logger });
  const records = createRecordClient({ url: redisUrl, cluster: redisCluster, logger });
  const kafka = createKafkaClient({ brokers: kafkaBrokers, clientId: 'test', logger });
  const admin = kafka.admin();
  const jobs = createJobs({ redisUrl, redisCluster, namespace, logger, backoffMs: 100 });
  const topics = pipelineTopics(namespace);
  onTestFinished(async () => {
    await jobs.close();
    await admin.deleteTopics(topics.map(({ name }) => name));
    await kafka.close();
    await deleteNamespace(redis, namespace);
    await records.close();
    await redis.quit();
    await rm(folder, { recursive: true });
  });
  await redis.ready(10_000);
  await admin.ensureTopics(topics);

  const sequences = createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 1000 });
  const items = createItemStore(records, redis, { namespace });
  const userVectors = createUserVectorStore(redis, { namespace });
  const offsets = createOffsetStore(redis, { namespace });
  const coldVectors = createColdVectorStore(redis, { namespace });
  const activations = createActivationStore(redis, { namespace });
  const registry = createRegistry(config.registryUrl);
  const index = await chooseIndex(redis, { namespace });
  const publisher = kafka.publisher();
  let clock = Date.now();
  let address: string | undefined;

  const openModel = async (version: string) => {
    const encoder = createVersionedEncoder(version, await registry.read(version));
    onTestFinished(() => encoder.dispose());
    return encoder;
  };
  const request = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${address}${path}`, init);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };

  return {
    namespace,
    folder,
    /** What the service has logged: nothing but with a LOG_LEVEL in `env`. */
    lines: lines as readonly string[],
    /** Of the first recall that was started. */
    address: () => String(address),
    redis,
    jobs,
    items,
    sequences,
    userVectors,
    activations,
    publisher,
    openModel,

    /** What ingest does with a click; answers the new revision. */
    async click(userId: string, itemId: string): Promise<number> {
      const timestamp = (clock += 10);
      const operation = { kind: 'add' as const, timestamp, eventId: `e${timestamp}`, itemId, appendTimeMs: timestamp };
      const [applied] = await sequences.applyBatch([{ userId, operations: [operation] }]);
      return applied?.revision ?? NaN;
    },
    async publishItem(item: ItemInput): Promise<void> {
      await items.upsert([{ ...item, version: 1, itemId: String(item.itemId) }]);
      const topic = topicName('items', namespace);
      const message = { key: String(item.itemId), value: JSON.stringify(item) };
      for (const { partition, offset } of await publisher.publish(topic, [message])) {
        await offsets.reset(topic, partition, offset);
      }
    },

    /** What trainer and embedder do: a version of random weights with its items, and the vectors of these users. */
    async writeModel(seed = 1, userIds: readonly string[] = [], itemIds: readonly string[] = ITEMS): Promise<string> {
      const version = newVersionId(clock++);
      const fresh = createSequenceEncoder(ENCODER, itemIds.length, seed);
      await registry.write(version, serializeEncoder(fresh).set(VOCABULARY_FILE, writeVocabulary(itemIds)));
      fresh.dispose();
      const encoder = await openModel(version);
      const spaces = spacesOf(version, ENCODER.dim, LIFT);
      const matrix = encoder.itemVectors();
      await index.upsert(
        spaces.items,
        itemIds.map((id, row) => ({ id, vector: matrix.slice(row * ENCODER.dim, (row + 1) * ENCODER.dim) })),
      );
      const read = await sequences.read(userIds);
      const vectors = await encoder.encode(read.map(({ events }) => events.map(({ itemId }) => itemId)));
      const entries = read.flatMap(({ userId, revision }, place) => {
        const vector = vectors[place];
        return vector ? [{ userId, revision, vector }] : [];
      });
      await userVectors.put(version, entries);
      await index.upsert(
        spaces.users,
        entries.map(({ userId, vector }) => ({ id: userId, vector })),
      );
      return version;
    },
    async activate(version: string, mapping = ''): Promise<void> {
      const previous = (await activations.read())?.encoder ?? null;
      await activations.compareAndSet(previous, {
        encoder: version,
        index: version,
        vocabulary: version,
        lift: LIFT,
        ranker: '',
        mapping,
        activatedAt: Date.now(),
        previous,
      });
    },
    /** What the embedder does with an item that a version has not seen, once it is known by its title; and once that is deleted. */
    async addNewItem(version: string, itemId: string, vector: Float32Array): Promise<void> {
      await index.upsert(spacesOf(version, ENCODER.dim, LIFT).items, [{ id: itemId, vector }]);
      await coldVectors.put(version, [{ itemId, digest: '0123456789abcdef', vector }]);
    },
    async removeNewItem(version: string, itemId: string): Promise<void> {
      await index.remove(spacesOf(version, ENCODER.dim, LIFT).items, [itemId]);
      await coldVectors.remove(version, [itemId]);
    },
    /** What somebody may do by hand. */
    dropItemIndex: (version: string): Promise<void> => index.drop(spacesOf(version, ENCODER.dim, LIFT).items),
    /** A ranker of random weights, which has an order of its own; live beside its encoder once `activateRanker` says so. */
    async writeRanker(modelVersion: string, candidates = RANKED, seed = 1): Promise<string> {
      const version = newRankerId(clock++);
      const encoder = await openModel(modelVersion);
      const { dim, itemIds } = encoder;
      const vectors = new Float32Array((itemIds.length + 1) * dim);
      vectors.set(encoder.itemVectors(), dim);
      const clicks = Float32Array.from({ length: itemIds.length + 1 }, (_, item) => item);
      const ranker = createRanker({ ...RANKER, seed }, { vectors, dim, clicks });
      const stage = writeStage({ modelVersion, candidates, history: 8 });
      await registry.write(version, new Map(serializeRanker(ranker)).set(STAGE_FILE, stage));
      ranker.dispose();
      return version;
    },
    activateRanker: (modelVersion: string, ranker: string) =>
      activations.switchRanker(modelVersion, ranker, Date.now()),
    async damageRanker(version: string): Promise<void> {
      await writeFile(join(folder, version, STAGE_FILE), '{}');
    },
    async damageModel(version: string): Promise<void> {
      await writeFile(join(folder, version, VOCABULARY_FILE), '["other"]');
    },
    async publishVector(message: Omit<UserVectorMessage, 'version' | 'cause'> & { cause?: ClickCause }): Promise<void> {
      const cause = { kind: 'click', eventId: 'e', timestamp: 1, appendedAt: Date.now() } as const;
      await publisher.publish(topicName('user-vectors', namespace), [
        { key: message.userId, value: JSON.stringify({ version: 1, cause, ...message }) },
      ]);
    },
    async publishForgotten(userId: string): Promise<void> {
      await publisher.publish(topicName('user-vectors', namespace), [{ key: userId, value: null }]);
    },

    /** Runs a recall until the test ends; `get` and `post` ask the first one. */
    async start(): Promise<ServiceContext> {
      const crash = (error: unknown): void => {
        throw error;
      };
      const destination = { write: (line: string) => void lines.push(line) };
      const serviceLogger = createLogger({ service: 'recall', level: config.logLevel, pretty: false, destination });
      const { context, stop } = createServiceContext({ service: 'recall', config, logger: serviceLogger, crash });
      onTestFinished(async () => void (await stop()));
      const listening = await startRecall(context);
      address ??= listening;
      return context;
    },

    get: (path: string) => request(path),
    post: (path: string, body: unknown) =>
      request(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),

    /** Collects what is published on `recommendations`; null stands for a tombstone. */
    async collectRecommendations() {
      const collected: { userId: string; message: Recommendation | null }[] = [];
      const subscriber = kafka.subscriber({
        groupId: `${namespace}.test`,
        topics: [topicName('recommendations', namespace)],
        fromBeginning: true,
        handleBatch: async ({ messages }) => void collected.push(...messages.map(recommendationOf)),
        onCrash: (error) => {
          throw error;
        },
      });
      await subscriber.start();
      return collected;
    },
  };
}

/** Items of a ranker's list. */
export const RANKED = 30;
const RANKER = { ...defaultRankerConfig, dim: 8, hidden: [8], keepScore: false };
const LIFT = { items: liftFor([Float32Array.of(10)]), users: liftFor([Float32Array.of(10)]) };

export type TestRecall = Awaited<ReturnType<typeof openTestRecall>>;

function recommendationOf({ key, value }: ConsumedMessage): { userId: string; message: Recommendation | null } {
  if (key === null) throw new Error('a recommendation without a key');
  return { userId: key, message: value && recommendationSchema.parse(JSON.parse(Buffer.from(value).toString())) };
}
