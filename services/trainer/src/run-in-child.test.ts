import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { boardQueues, createJobs, type Control } from '@click-recall/jobs';
import {
  createActivationStore,
  createModelStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  type SequenceStore,
} from '@click-recall/redis';
import { createRegistry, newVersionId } from '@click-recall/registry';
import { createLogger, createMetrics, isRetriable } from '@click-recall/runtime';
import { eventually, openDoor, randomNamespace, testServers } from '@click-recall/testing';
import type { TrainProgress } from '@click-recall/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processTrain } from './process-jobs.js';
import { runInChild, type ChildRequest } from './run-in-child.js';
import { readSettings, type TaskSettings } from './settings.js';
import { createTurns } from './take-turns.js';
import { loadVersion } from './steps/load-version.js';
import type { Task, TaskKind } from './tasks/protocol.js';

const TIMEOUT_MS = 120_000;
const TRAINING = { batchSize: 16, learningRate: 0.01, epochs: 6 };
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, TIMEOUT_MS);

const logger = createLogger({ service: 'trainer', level: 'silent' });

/** Everyone walks around a ring of items from a place of their own: what comes next is certain, and all items are as popular. */
async function walk(store: SequenceStore, users: number, items: number, clicks: number, from = 0): Promise<void> {
  await store.applyBatch(
    Array.from({ length: users }, (_, user) => ({
      userId: `user-${user}`,
      operations: Array.from({ length: clicks }, (__, place) => ({
        kind: 'add' as const,
        timestamp: 1_700_000_000_000 + (from + place) * 1000,
        eventId: `e-${from + place}`,
        itemId: `item-${(user + from + place) % items}`,
        appendTimeMs: 1_700_000_000_000,
      })),
    })),
  );
}

async function world() {
  const { redisUrl } = testServers();
  const namespace = randomNamespace('trainer');
  const folder = await mkdtemp(join(tmpdir(), 'trainer-'));
  const options = { url: redisUrl, cluster: false, logger };
  const redis = createRedis(options);
  await redis.ready(10_000);
  const records = createRecordClient(options);
  const sequences = createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 1000 });
  const models = createModelStore(records, redis, { namespace });
  cleanups.push(
    () => rm(folder, { recursive: true, force: true }),
    () => records.close(),
    () => redis.quit(),
    async () => {
      for (const { version } of await models.list()) await models.remove(version);
      for await (const userIds of sequences.listUsers()) {
        const operations = [{ kind: 'forget' as const, appendTimeMs: Date.now() }];
        await sequences.applyBatch(userIds.map((userId) => ({ userId, operations })));
      }
      await redis.commands.call(['DEL', `${namespace}:activation`]);
    },
  );
  const settings: TaskSettings = {
    namespace,
    redis: { url: redisUrl, cluster: false },
    registryUrl: pathToFileURL(folder).href,
    sequenceKeep: 1000,
    seenKeep: 1000,
    minUsers: 10,
    minItems: 10,
    logLevel: 'silent',
    model: {
      encoder: { sequenceLength: 8, dim: 16, layers: 1, dropout: 0 },
      training: TRAINING,
    },
    rules: { ...readSettings(undefined).rules, gateMinClicks: 10 },
  };
  const registry = createRegistry(settings.registryUrl);
  return { settings, sequences, models, registry, folder, activation: createActivationStore(redis, { namespace }) };
}

function run<K extends TaskKind>(request: Pick<ChildRequest<K>, 'task' | 'settings'> & Partial<ChildRequest<K>>) {
  const notes: string[] = [];
  const progress: TrainProgress[] = [];
  const result = runInChild({
    signal: new AbortController().signal,
    controlled: () => undefined,
    onProgress: (reported) => void progress.push(reported),
    onNote: (line, level) => void notes.push(`${level}: ${line}`),
    ...request,
  });
  return { result, notes, progress };
}

/** A job of its own, each time. */
const training = (epochs?: number): Task<'train'> => ({
  kind: 'train',
  data: { reason: 'manual', version: newVersionId(Date.now()), ...(epochs === undefined ? {} : { epochs }) },
});

describe('a training in a process of its own', () => {
  let at: Awaited<ReturnType<typeof world>>;
  let first: string;

  beforeAll(async () => {
    at = await world();
    await walk(at.sequences, 60, 30, 12);
  }, TIMEOUT_MS);

  it(
    'writes a version that is far better than popularity, and tells how it got there',
    async () => {
      const { result, progress, notes } = run({ task: training(), settings: at.settings });
      const { result: trained, verdict } = await result;
      first = trained.modelVersion;
      expect(verdict).toMatchObject({ passed: true, basis: 'popularity' });
      expect(trained.metrics).toMatchObject({ users: 60, items: 30, clicks: 720, epochs: 6 });
      expect(trained.metrics.hr10).toBeGreaterThan(trained.metrics.popularity.hr10);
      // The next item follows from the last one alone.
      expect(trained.metrics.markov.hr10).toBe(1);
      expect(progress.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['snapshot', 'training', 'saving']));
      expect(progress.at(-1)?.curve).toHaveLength(6);
      expect(notes.join('\n')).toMatch(
        /starts afresh: no version is live[^]*60 users, 30 items, 720 clicks[^]*gate: passed/,
      );

      const record = await at.models.get(first);
      expect(record).toMatchObject({ status: 'written', metrics: trained.metrics });
      expect(record?.parent).toBeUndefined();
      const stored = await loadVersion(at.registry, first);
      expect(stored.itemIds).toHaveLength(30);
      expect(stored.trained.size).toBe(0);
      stored.encoder.dispose();
    },
    TIMEOUT_MS,
  );

  it(
    'goes on from the live version with a vocabulary that has grown, and compares with it',
    async () => {
      await at.activation.compareAndSet(null, {
        encoder: first,
        index: first,
        vocabulary: first,
        lift: { items: 1, users: 1 },
        ranker: '',
        mapping: '',
        activatedAt: 1,
        previous: null,
      });
      await walk(at.sequences, 60, 33, 4, 12);
      const { result, notes } = run({
        task: training(2),
        settings: at.settings,
      });
      const { result: trained, verdict } = await result;
      expect(notes[0]).toBe(`info: starts from ${first}`);
      expect(trained.metrics.epochs).toBe(2);
      expect(verdict.message).toContain(first);
      expect(await at.models.get(trained.modelVersion)).toMatchObject({ parent: first });
      const [before, after] = [
        await loadVersion(at.registry, first),
        await loadVersion(at.registry, trained.modelVersion),
      ];
      expect(after.itemIds.slice(0, 30)).toEqual(before.itemIds);
      expect(after.itemIds).toHaveLength(33);
      before.encoder.dispose();
      after.encoder.dispose();
    },
    TIMEOUT_MS,
  );

  it(
    'trains an encoder that sees both ways, afresh',
    async () => {
      const model = at.settings.model as { encoder: object; training: object };
      const encoder = { ...model.encoder, attention: 'none', pooling: 'mean', inputMask: true };
      const { result, notes } = run({ task: training(), settings: { ...at.settings, model: { ...model, encoder } } });
      const { result: trained } = await result;
      expect(notes[0]).toMatch(/starts afresh: the settings of the encoder differ/);
      expect(trained.metrics.hr10).toBeGreaterThan(trained.metrics.popularity.hr10);
      const stored = await loadVersion(at.registry, trained.modelVersion);
      expect(stored.encoder.config).toMatchObject(encoder);
      stored.encoder.dispose();
    },
    TIMEOUT_MS,
  );

  it(
    'measures a stored version and exports its vectors',
    async () => {
      const evaluated = run({ task: { kind: 'evaluate', data: { modelVersion: first } }, settings: at.settings });
      expect((await evaluated.result).metrics).toMatchObject({ users: 60, items: 33, epochs: 6 });

      const file = join(at.folder, '..', `${at.settings.namespace}.npz`);
      cleanups.push(() => rm(file, { force: true }));
      const exported = run({ task: { kind: 'export', data: { file } }, settings: at.settings });
      expect(await exported.result).toEqual({ modelVersion: first, file, users: 60, items: 30 });
      const names = (await readFile(file)).toString('latin1').match(/\w+\.npy/g);
      expect(new Set(names)).toEqual(
        new Set(['user_ids', 'user_vectors', 'item_ids', 'item_vectors'].map((n) => `${n}.npy`)),
      );

      const unknown = run({ task: { kind: 'evaluate', data: { modelVersion: 'nobody' } }, settings: at.settings });
      await expect(unknown.result).rejects.toMatchObject({ name: 'JobFailedError', code: 'unknown-model' });
    },
    TIMEOUT_MS,
  );

  it(
    'starts afresh, and says so, when the live version is damaged',
    async () => {
      const [file] = [...(await at.registry.read(first)).keys()].filter((name) => name.endsWith('.bin'));
      await truncate(join(at.folder, first, file!), 3);
      const { result, notes } = run({ task: training(), settings: at.settings });
      const { result: trained } = await result;
      expect(notes[0]).toMatch(
        new RegExp(`^warn: starts afresh: the live version cannot be used: .*${first}.*${file}`),
      );
      const record = await at.models.get(trained.modelVersion);
      expect(record?.parent).toBeUndefined();
      expect(record?.config).toMatchObject({ start: { from: 'fresh', why: expect.stringContaining(first) as string } });
    },
    TIMEOUT_MS,
  );

  it(
    'fails by a reason that is not retried when there is too little to learn from',
    async () => {
      const settings = { ...at.settings, minUsers: 61 };
      const { result } = run({ task: training(), settings });
      await expect(result).rejects.toMatchObject({ name: 'JobFailedError', code: 'too-few-users' });
    },
    TIMEOUT_MS,
  );

  it(
    'makes one version of a job, however often it is run',
    async () => {
      const task = training(1);
      const { version } = task.data;
      await mkdir(join(at.folder, `.aside-${version}-left`));
      const once = await run({ task, settings: at.settings }).result;
      expect(once.result.modelVersion).toBe(version);
      expect(await readdir(at.folder)).not.toContain(`.aside-${version}-left`);
      const record = await at.models.get(version);
      const versions = await at.registry.list();

      const again = run({ task, settings: at.settings });
      const { seconds: _, ...result } = once.result;
      expect(await again.result).toMatchObject({ result, verdict: once.verdict });
      expect(again.notes).toEqual([`info: an earlier run of this job has written ${version}`]);
      expect(await at.models.get(version)).toEqual(record);

      // Its process ended between the files and the record.
      await at.models.remove(version);
      expect(await run({ task, settings: at.settings }).result).toMatchObject({ result, verdict: once.verdict });
      expect(await at.registry.list()).toEqual(versions);
      const { createdAt: __, artifactUrl: ___, ...rest } = record!;
      expect(await at.models.get(version)).toMatchObject(rest);
    },
    TIMEOUT_MS,
  );

  it(
    'says before it trains that the registry cannot be written',
    async () => {
      const file = join(at.folder, '..', `${at.settings.namespace}-file`);
      await writeFile(file, '');
      cleanups.push(() => rm(file));
      const settings = { ...at.settings, registryUrl: pathToFileURL(join(file, 'models')).href };
      const { result, notes } = run({ task: training(), settings });
      await expect(result).rejects.toThrow(/ENOTDIR/);
      expect(notes).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each([
    // Each step further out, until the loss is no number.
    ['a loss that is not a number', { learningRate: 1e30, epochs: 6 }, /loss/],
    // The loss of the only step is of before it.
    ['vectors without a length behind a finite loss', { learningRate: 1e30, epochs: 1, batchSize: 1000 }, /vectors/],
  ])(
    'fails by a reason that is not retried for %s, and writes nothing',
    async (_, change, said) => {
      const versions = await at.registry.list();
      const { encoder } = at.settings.model as { encoder: object };
      const model = { encoder, training: { ...TRAINING, ...change } };
      const { result } = run({ task: training(), settings: { ...at.settings, model } });
      await expect(result).rejects.toMatchObject({
        code: 'non-finite-loss',
        message: expect.stringMatching(said) as string,
      });
      expect(await at.registry.list()).toEqual(versions);
    },
    TIMEOUT_MS,
  );

  it(
    'stands still between two steps while paused, and ends there when cancelled',
    async () => {
      const abort = new AbortController();
      let set: (control: Control) => void = () => undefined;
      const task = training(1_000_000);
      const versions = await at.registry.list();
      const model = { training: { ...TRAINING, patience: 1_000_000 } };
      const { result, progress } = run({
        task,
        settings: { ...at.settings, model },
        signal: abort.signal,
        controlled: (hand) => (set = hand),
        killAfterMs: 60_000,
      });
      const ended = result.then(
        () => 'finished',
        (error: Error) => error.message,
      );
      const epochs = (): number => progress.at(-1)?.curve.length ?? 0;
      await eventually(() => epochs() > 0, { deadlineMs: 60_000 });
      set('pause');
      // What was under way is told once more at most; then the figure stands.
      const standing = await eventually(async () => {
        const before = epochs();
        await new Promise((resolve) => setTimeout(resolve, 700));
        return epochs() === before && before;
      });
      set('run');
      await eventually(() => epochs() > standing, { deadlineMs: 60_000 });
      abort.abort();
      expect(await ended).toBe('the task was ended');
      expect(await at.registry.list()).toEqual(versions);
    },
    TIMEOUT_MS,
  );

  it(
    'fails in a way that is retried when its process is killed',
    async () => {
      const task = training(1_000_000);
      const { result } = run({ task, settings: at.settings, onStart: (pid) => void process.kill(pid, 'SIGKILL') });
      await expect(result).rejects.toThrow(/killed \(SIGKILL\)/);
      await expect(result).rejects.not.toHaveProperty('code');
    },
    TIMEOUT_MS,
  );

  it(
    'is put aside when Redis goes away at its start',
    async () => {
      const door = await openDoor({
        to: new URL(at.settings.redis.url).host,
        translate: (reply) => void (reply.includes('user-1') && door.close()),
      });
      cleanups.push(() => door.close());
      const redis = { url: `redis://127.0.0.1:${door.port}`, cluster: false };
      const error: unknown = await run({ task: training(), settings: { ...at.settings, redis } }).result.catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ message: expect.stringContaining('cannot be reached') as string });
      expect(isRetriable(error)).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with the service that started it',
    async () => {
      const script = `
      import { runInChild } from ${JSON.stringify(new URL('../dist/run-in-child.js', import.meta.url).href)};
      await runInChild({ task: { kind: 'train', data: { reason: 'manual', version: 'v1', epochs: 1000000 } },
        settings: ${JSON.stringify(at.settings)}, signal: new AbortController().signal, controlled() {}, onNote() {},
        onStart: (pid) => console.log('pid ' + pid), onProgress: ({ phase }) => console.log(phase) });`;
      const service = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      cleanups.push(() => service.kill('SIGKILL'));
      let output = '';
      service.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      await eventually(() => output.includes('training'), { deadlineMs: 60_000 });
      const pid = Number(/pid (\d+)/.exec(output)![1]);
      expect(isAlive(pid)).toBe(true);
      service.kill('SIGKILL');
      await eventually(() => !isAlive(pid));
    },
    TIMEOUT_MS,
  );

  it(
    'shows progress, result and a refusal on its job',
    async () => {
      const jobsOptions = { redisUrl: at.settings.redis.url, namespace: at.settings.namespace, logger };
      const jobs = createJobs(jobsOptions);
      cleanups.push(async () => {
        const board = boardQueues(jobsOptions);
        await Promise.all(board.queues.map((queue) => queue.obliterate({ force: true })));
        await board.close();
        await jobs.close();
      });
      const metrics = createMetrics('trainer');
      let settings: TaskSettings = { ...at.settings, minItems: 1_000 };
      const worker = jobs.worker('train', (job) =>
        processTrain(job, { turns: createTurns(), settings, metrics, logger }),
      );
      cleanups.push(() => worker.close());

      const refused = await jobs.startTraining({ reason: 'manual' });
      expect(await jobs.waitFor('train', refused.id, { timeoutMs: 60_000 })).toEqual({
        kind: 'failed',
        failure: { code: 'too-few-items', message: '33 items were clicked, 1000 are needed' },
      });

      // Two epochs afresh may be worse than what is there; how the gate judges that is tested elsewhere.
      settings = { ...at.settings, rules: { ...at.settings.rules, gateTolerance: 1 } };
      const { id } = await jobs.startTraining({ reason: 'manual', epochs: 2 });
      const outcome = await jobs.waitFor('train', id, { timeoutMs: 60_000 });
      expect(outcome).toMatchObject({ kind: 'completed', result: { metrics: { epochs: 2 } } });
      expect((await jobs.job('train', id))?.progress).toMatchObject({
        phase: 'saving',
        curve: [{ epoch: 1 }, { epoch: 2 }],
      });
      const { body } = await metrics.scrape();
      expect(body).toMatch(/train_runs_total\{outcome="passed",service="trainer"\} 1/);
      expect(body).toMatch(/train_runs_total\{outcome="failed",service="trainer"\} 1/);
    },
    TIMEOUT_MS,
  );
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
