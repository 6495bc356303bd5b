import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRankers, createVersionedEncoder, VOCABULARY_FILE, writeVocabulary } from '@click-recall/encoding';
import { boardQueues, createJobs } from '@click-recall/jobs';
import { createSequenceEncoder, documentModelConfig, deserializeRanker, serializeEncoder } from '@click-recall/model';
import {
  createActivationStore,
  createRankerStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  deleteNamespace,
} from '@click-recall/redis';
import { createRegistry, newRankerId, newVersionId } from '@click-recall/registry';
import { createLogger, createMetrics } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processTrainRanker } from './process-jobs.js';
import { runInChild } from './run-in-child.js';
import { readSettings, type TaskSettings } from './settings.js';
import { createTurns } from './take-turns.js';
import { TRAINED_FILE, writeTrainedClicks } from './steps/trained-clicks.js';

const TIMEOUT_MS = 120_000;
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, TIMEOUT_MS);

const logger = createLogger({ service: 'trainer', level: 'silent' });
const ITEMS = Array.from({ length: 40 }, (_, item) => `item-${item}`);
const ENCODER = { ...documentModelConfig.encoder, sequenceLength: 8, dim: 16, layers: 1, dropout: 0 };

/**
 * An encoder of random weights is live, which recalls in no order at all; users click items that nobody clicks twice, and in the end
 * always two of the four that are popular. So there is much that a ranker can do better, and it is plain to see how.
 */
async function world() {
  const { redisUrl } = testServers();
  const namespace = randomNamespace('ranker');
  const folder = await mkdtemp(join(tmpdir(), 'ranker-'));
  const options = { url: redisUrl, cluster: false, logger };
  const redis = createRedis(options);
  const records = createRecordClient(options);
  cleanups.push(
    () => rm(folder, { recursive: true, force: true }),
    () => redis.quit(),
    () => records.close(),
    () => deleteNamespace(redis, namespace),
  );
  await redis.ready(10_000);
  const sequences = createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 1000 });
  await sequences.applyBatch(
    Array.from({ length: 200 }, (_, user) => {
      // Half of the users made the four popular before; the others come to them at last.
      const early = user % 2 === 0 ? [0, 1, 2, 3] : [];
      const others = [4 + (user % 36), 4 + ((user + 7) % 36), 4 + ((user + 15) % 36)];
      const late = user % 2 === 0 ? [4 + ((user + 20) % 36), 4 + ((user + 29) % 36)] : [user % 4, (user + 1) % 4];
      return {
        userId: `user-${user}`,
        operations: [...early, ...others, ...late].map((item, place) => ({
          kind: 'add' as const,
          timestamp: 1_700_000_000_000 + place * 1000,
          eventId: `e-${place}`,
          itemId: ITEMS[item]!,
          appendTimeMs: 1_700_000_000_000,
        })),
      };
    }),
  );
  const registry = createRegistry(pathToFileURL(folder).href);
  const activation = createActivationStore(redis, { namespace });
  let clock = Date.now();
  const writeEncoder = async (): Promise<string> => {
    const version = newVersionId(clock++);
    const encoder = createSequenceEncoder(ENCODER, ITEMS.length, 1);
    const files = serializeEncoder(encoder);
    encoder.dispose();
    files.set(VOCABULARY_FILE, writeVocabulary(ITEMS)).set(TRAINED_FILE, writeTrainedClicks(new Set()));
    await registry.write(version, files);
    return version;
  };
  const activate = async (version: string): Promise<void> => {
    const previous = (await activation.read())?.encoder ?? null;
    const parts = { index: version, vocabulary: version, lift: { items: 1, users: 1 }, ranker: '', mapping: '' };
    await activation.compareAndSet(previous, { encoder: version, ...parts, activatedAt: 1, previous });
  };
  const { rules } = readSettings(undefined);
  const settings: TaskSettings = {
    namespace,
    redis: { url: redisUrl, cluster: false },
    registryUrl: pathToFileURL(folder).href,
    sequenceKeep: 1000,
    seenKeep: 1000,
    minUsers: 10,
    minItems: 10,
    logLevel: 'silent',
    model: {},
    rules: {
      ...rules,
      ranker: {
        ...rules.ranker,
        candidates: 30,
        gateMinClicks: 20,
        network: { dim: 8, heads: 1, hidden: [8], epochs: 15, learningRate: 0.01, dropout: 0, hiddenItems: 0 },
      },
    },
  };
  /** A ranker that learns nothing: its order is the recalled one. */
  const idle: TaskSettings = {
    ...settings,
    rules: { ...settings.rules, ranker: { ...settings.rules.ranker, network: { epochs: 1, learningRate: 1e-30 } } },
  };
  const rankers = createRankerStore(records, redis, { namespace });
  return { namespace, settings, idle, registry, activation, rankers, writeEncoder, activate, sequences };
}

function run(settings: TaskSettings, modelVersion?: string, version = newRankerId(Date.now())) {
  const notes: string[] = [];
  const result = runInChild({
    task: { kind: 'train-ranker', data: { version, ...(modelVersion === undefined ? {} : { modelVersion }) } },
    settings,
    signal: new AbortController().signal,
    controlled: () => undefined,
    onProgress: () => undefined,
    onNote: (line, level) => void notes.push(`${level}: ${line}`),
  });
  return { result, notes };
}

describe('the training of a ranker in a process of its own', () => {
  let at: Awaited<ReturnType<typeof world>>;
  let first: string;

  beforeAll(async () => {
    at = await world();
    first = await at.writeEncoder();
  }, TIMEOUT_MS);

  it(
    'has nothing to do before an encoder is live',
    async () => {
      await expect(run(at.settings).result).rejects.toMatchObject({ name: 'JobFailedError', code: 'unknown-model' });
    },
    TIMEOUT_MS,
  );

  it(
    'writes a ranker that belongs to the live encoder and is live beside it, where its order is better',
    async () => {
      await at.activate(first);
      const { result, notes } = run(at.settings);
      const { result: trained, verdict } = await result;
      expect(verdict.passed).toBe(true);
      const { ndcg10, clicks, lists } = trained.metrics;
      expect(ndcg10.reranked).toBeGreaterThan(ndcg10.recalled);
      expect(clicks).toBeGreaterThanOrEqual(20);
      expect(lists).toBeGreaterThan(50);
      expect(notes.join('\n')).toMatch(/gate: passed[^]*wrote ranker-[^]*is live/);
      expect(await at.activation.read()).toMatchObject({ encoder: first, ranker: trained.rankerVersion });
      expect(await at.rankers.get(trained.rankerVersion)).toMatchObject({
        modelVersion: first,
        status: 'passed',
        metrics: trained.metrics,
      });

      const encoder = createVersionedEncoder(first, await at.registry.read(first));
      const loaded = createRankers({
        read: (version) => at.registry.read(version),
        encoders: { get: async () => encoder },
        deserialize: deserializeRanker,
      });
      const ranker = await loaded.get(trained.rankerVersion);
      expect(ranker).toMatchObject({ modelVersion: first, candidates: 30 });
      const candidates = ITEMS.slice(0, 30).map((itemId) => ({ itemId, score: 0 }));
      const [scores] = await ranker.rank([{ seen: ['item-35'], candidates }]);
      const best = [...scores!.keys()].toSorted((a, b) => scores![b]! - scores![a]!).slice(0, 4);
      expect(new Set(best)).toEqual(new Set([0, 1, 2, 3]));
      loaded.close();
      encoder.dispose();
    },
    TIMEOUT_MS,
  );

  it(
    'rejects a ranker whose order is no better, which is written, not live, and not tried again',
    async () => {
      const live = await at.activation.read();
      const jobsOptions = { redisUrl: at.settings.redis.url, namespace: at.namespace, logger };
      const jobs = createJobs(jobsOptions);
      cleanups.push(async () => {
        const board = boardQueues(jobsOptions);
        await Promise.all(board.queues.map((queue) => queue.obliterate({ force: true })));
        await board.close();
        await jobs.close();
      });
      const metrics = createMetrics('trainer');
      const lived: string[] = [];
      const onRanker = async ({ rankerVersion }: { rankerVersion: string }): Promise<void> =>
        void lived.push(rankerVersion);
      let settings = at.idle;
      const worker = jobs.worker('train-ranker', (job) =>
        processTrainRanker(job, { turns: createTurns(), settings, metrics, logger, onRanker }),
      );
      cleanups.push(() => worker.close());
      const id = await jobs.startRanker(first);
      const outcome = await jobs.waitFor('train-ranker', id, { timeoutMs: 60_000 });
      expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'ranker-rejected' } });
      expect(await at.activation.read()).toEqual(live);
      expect((await at.rankers.list(first)).map(({ status }) => status)).toEqual(['rejected', 'passed']);
      expect(lived).toEqual([]);

      settings = at.settings;
      const again = await jobs.add('train-ranker', {});
      const done = await jobs.waitFor('train-ranker', again, { timeoutMs: 60_000 });
      expect(done.kind).toBe('completed');
      expect(lived).toEqual([(await at.activation.read())?.ranker]);
      expect((await jobs.job('train-ranker', again))?.progress).toMatchObject({ phase: 'saving' });
      const { body } = await metrics.scrape();
      expect(body).toMatch(/ranker_runs_total\{outcome="rejected",service="trainer"\} 1/);
      expect(body).toMatch(/ranker_runs_total\{outcome="passed",service="trainer"\} 1/);
    },
    TIMEOUT_MS,
  );

  it(
    'makes one ranker of a job, however often it is run, and puts it live again',
    async () => {
      const version = newRankerId(Date.now());
      const once = await run(at.settings, undefined, version).result;
      expect(once.result.rankerVersion).toBe(version);
      const record = await at.rankers.get(version);
      const stored = await at.registry.list();

      // Its process ended before the record was there, and before it was live.
      await at.rankers.remove(version);
      await at.activation.switchRanker(first, '', Date.now());
      const again = run(at.settings, undefined, version);
      const { seconds: _, ...result } = once.result;
      expect(await again.result).toMatchObject({ result, verdict: once.verdict });
      expect(again.notes).toContain(`info: an earlier run of this job has written ${version}`);
      expect(await at.registry.list()).toEqual(stored);
      const { createdAt: __, artifactUrl: ___, ...rest } = record!;
      expect(await at.rankers.get(version)).toMatchObject(rest);
      expect(await at.activation.read()).toMatchObject({ encoder: first, ranker: version });
    },
    TIMEOUT_MS,
  );

  it(
    'fails by a reason that is not retried where too few clicks are there to judge by',
    async () => {
      const ranker = { ...at.settings.rules.ranker, gateMinClicks: 1000 };
      const { result } = run({ ...at.settings, rules: { ...at.settings.rules, ranker } });
      await expect(result).rejects.toMatchObject({ code: 'too-few-clicks', message: /1000 are needed/ });
    },
    TIMEOUT_MS,
  );

  it(
    'does not train for an encoder that is no longer live, and a new encoder is live without a ranker',
    async () => {
      const second = await at.writeEncoder();
      await at.activate(second);
      expect(await at.activation.read()).toMatchObject({ encoder: second, ranker: '' });
      await expect(run(at.settings, first).result).rejects.toMatchObject({ code: 'overtaken' });
      expect(await at.activation.read()).toMatchObject({ encoder: second, ranker: '' });
    },
    TIMEOUT_MS,
  );
});
