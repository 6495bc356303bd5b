import { pipelineTopics, createKafkaClient, type ConsumedMessage } from '@click-recall/kafka';
import {
  topicName,
  userVectorSchema,
  type ItemInput,
  type SequenceUpdate,
  type UserVectorMessage,
} from '@click-recall/contracts';
import { createVersionedEncoder, spacesOf, VOCABULARY_FILE, writeVocabulary } from '@click-recall/encoding';
import { createJobs } from '@click-recall/jobs';
import {
  createSequenceEncoder,
  defaultModelConfig,
  sequenceBatch,
  serializeColdStart,
  serializeEncoder,
  trainColdStart,
  type SequenceEncoder,
} from '@click-recall/model';
import {
  createActivationStore,
  createColdVectorStore,
  createItemStore,
  createModelStore,
  createOffsetStore,
  createRankerStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  createUserVectorStore,
  deleteNamespace,
  type SequenceOperation,
} from '@click-recall/redis';
import { createRegistry, newVersionId } from '@click-recall/registry';
import { createLogger, createServiceContext, loadConfig, type ServiceContext } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { chooseIndex } from '@click-recall/vector-index';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { startEmbedder } from './service.js';

const ENCODER = { ...defaultModelConfig.encoder, sequenceLength: 8, dim: 16, layers: 1, dropout: 0 };

export const ITEMS = Array.from({ length: 40 }, (_, index) => `item-${index}`);

/** For tests only: the real servers, a registry in a folder of its own, and what ingest and the trainer would do. */
export async function openTestEmbedder({ graceMs = 60_000 }: { readonly graceMs?: number } = {}) {
  const { kafkaBrokers, redisUrl, redisCluster } = testServers();
  const namespace = randomNamespace('embedder');
  const folder = await mkdtemp(join(tmpdir(), 'embedder-'));
  const config = loadConfig({
    NAMESPACE: namespace,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    REDIS_URL: redisUrl,
    REDIS_CLUSTER: String(redisCluster),
    REGISTRY_URL: pathToFileURL(folder).href,
    EMBEDDER_PORT: '0',
    GRACE_MS: String(graceMs),
    LOG_LEVEL: 'silent',
  });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const redis = createRedis({ ...config.redis, logger });
  const records = createRecordClient({ ...config.redis, logger });
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
  const offsets = createOffsetStore(redis, { namespace });
  const models = createModelStore(records, redis, { namespace });
  const rankers = createRankerStore(records, redis, { namespace });
  const registry = createRegistry(config.registryUrl);
  const index = await chooseIndex(redis, { namespace });
  const publisher = kafka.publisher();
  const itemsTopic = topicName('items', namespace);
  const updatesTopic = topicName('sequence-updates', namespace);
  let clock = Date.now();

  const apply = async (userId: string, operations: SequenceOperation[], cause: SequenceUpdate['cause']) => {
    const [applied] = await sequences.applyBatch([{ userId, operations }]);
    if (!applied) throw new Error('no answer of the sequence store');
    const { revision, forgotten } = applied;
    const update: SequenceUpdate = { version: 1, userId, revision, forgotten, cause };
    await publisher.publish(updatesTopic, [{ key: userId, value: JSON.stringify(update) }]);
    return revision;
  };

  return {
    namespace,
    config,
    folder,
    redis,
    admin,
    jobs,
    models,
    rankers,
    registry,
    index,
    sequences,
    publisher,
    updatesTopic,
    userVectors: createUserVectorStore(redis, { namespace }),
    activations: createActivationStore(redis, { namespace }),
    coldVectors: createColdVectorStore(redis, { namespace }),
    items,

    /** What ingest does with a click; answers the new revision. */
    click: (userId: string, itemId: string): Promise<number> => {
      const timestamp = (clock += 10);
      const eventId = `e${timestamp}`;
      const operation = { kind: 'add' as const, timestamp, eventId, itemId, appendTimeMs: timestamp };
      return apply(userId, [operation], { kind: 'click', eventId, timestamp, appendedAt: timestamp });
    },
    forget: (userId: string): Promise<number> => {
      const timestamp = (clock += 10);
      const cause = { kind: 'click' as const, eventId: `f${timestamp}`, timestamp, appendedAt: timestamp };
      return apply(userId, [{ kind: 'forget', appendTimeMs: timestamp }], cause);
    },

    /** A message on `items`; ingest stores it with `storeItem`. */
    async publishItem(itemId: string, item: Omit<ItemInput, 'itemId' | 'version'> | null) {
      const value = item && JSON.stringify({ ...item, itemId });
      const [delivery] = await publisher.publish(itemsTopic, [{ key: itemId, value }]);
      return delivery!;
    },
    /** What ingest does with a message on `items`: stores it, and then says how far it has got. */
    async storeItem(
      itemId: string,
      item: Omit<ItemInput, 'itemId' | 'version'> | null,
      at?: { partition: number; offset: string },
    ) {
      await items.upsert([{ version: 1, itemId, ...(item ?? { deleted: true }) }]);
      if (at) await offsets.reset(itemsTopic, at.partition, at.offset);
    },

    /** What the trainer does: writes a version, of random weights; with `mapping` also what gives vectors to new items, or fails to. */
    async writeModel(
      seed = 1,
      itemIds: readonly string[] = ITEMS,
      { mapping = false }: { readonly mapping?: boolean | 'broken' } = {},
    ): Promise<string> {
      const version = newVersionId(clock++);
      const encoder = createSequenceEncoder(ENCODER, itemIds.length, seed);
      const files = serializeEncoder(encoder);
      if (mapping)
        for (const [name, bytes] of await mappingFiles(encoder, mapping === 'broken')) files.set(name, bytes);
      encoder.dispose();
      files.set(VOCABULARY_FILE, writeVocabulary(itemIds));
      const { url } = await registry.write(version, files);
      const record = { version, status: 'written', artifactUrl: url, createdAt: clock, config: { encoder: ENCODER } };
      await models.save({ ...record, status: 'written' });
      return version;
    },
    async damageModel(version: string): Promise<void> {
      await writeFile(join(folder, version, VOCABULARY_FILE), '["other"]');
    },
    async openModel(version: string) {
      const encoder = createVersionedEncoder(version, await registry.read(version));
      onTestFinished(() => encoder.dispose());
      const lift = (await models.get(version))?.lift;
      return { encoder, spaces: spacesOf(version, ENCODER.dim, lift ?? { items: 1, users: 1 }) };
    },

    /** What the trainer does: a ranker of the version that passed its gate, by its record alone. */
    async saveRanker(version: string, modelVersion: string, reranked: number): Promise<void> {
      await rankers.save({
        version,
        modelVersion,
        status: 'passed',
        artifactUrl: `file:///${version}`,
        createdAt: clock++,
        config: {},
        metrics: {
          ndcg10: { recalled: 0.1, reranked },
          hr10: { recalled: 0.2, reranked: 0.2 },
          clicks: 100,
          recalled: 50,
          lists: 100,
          candidates: 100,
          epochs: 1,
        },
      });
    },
    /** Embed and activate, as after a training; answers how the activation ended. */
    async switchTo(version: string) {
      const { id } = await jobs.startRollback(version);
      return jobs.waitFor('activate', id, { timeoutMs: 25_000, pollMs: 50 });
    },

    /** Runs an embedder until the test ends, or `stop`. */
    async start(): Promise<{ stop(): Promise<unknown>; context: ServiceContext }> {
      const crash = (error: unknown): void => {
        throw error;
      };
      const { context, stop } = createServiceContext({ service: 'embedder', config, logger, crash });
      onTestFinished(async () => void (await stop()));
      await startEmbedder(context);
      return { stop, context };
    },

    /** Collects what is published on `user-vectors` from now on; null stands for a tombstone. */
    async collectVectors() {
      const collected: { userId: string; message: UserVectorMessage | null }[] = [];
      const subscriber = kafka.subscriber({
        groupId: `${namespace}.test`,
        topics: [topicName('user-vectors', namespace)],
        fromBeginning: true,
        handleBatch: async ({ messages }) => void collected.push(...messages.map(vectorOf)),
        onCrash: (error) => {
          throw error;
        },
      });
      await subscriber.start();
      return collected;
    },
  };
}

/** Learned in a moment of random clicks: what it says of an item means nothing, and follows from its title alone. */
async function mappingFiles(encoder: SequenceEncoder, isBroken: boolean) {
  const count = encoder.itemCount;
  const clicks = Array.from({ length: 30 }, (_, user) =>
    Int32Array.from({ length: 10 }, (__, place) => ((user * 7 + place * (1 + (user % 3))) % count) + 1),
  );
  const result = await trainColdStart({
    encoder,
    sequences: sequenceBatch(clicks),
    items: Array.from({ length: count }, (_, item) => ({ title: `word${item % 5} other${item % 7}` })),
    config: { epochs: 2, embedding: 8, leastItems: 10 },
  });
  if (result.status !== 'finished') throw new Error(`no mapping: ${result.status}`);
  const { coldStart } = result;
  if (isBroken) coldStart.state.mapping.bias.fill(NaN);
  return serializeColdStart(coldStart);
}

export type TestEmbedder = Awaited<ReturnType<typeof openTestEmbedder>>;

function vectorOf({ key, value }: ConsumedMessage): { userId: string; message: UserVectorMessage | null } {
  if (key === null) throw new Error('a vector without a key');
  return { userId: key, message: value && userVectorSchema.parse(JSON.parse(Buffer.from(value).toString())) };
}
