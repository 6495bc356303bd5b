import type { JobResult } from '@click-recall/contracts';
import type { Encoders, VersionedEncoder } from '@click-recall/encoding';
import { spacesOf } from '@click-recall/encoding';
import { JobFailedError, type RunningJob } from '@click-recall/jobs';
import type { KafkaAdmin } from '@click-recall/kafka';
import type { ActivationStore, Lift, ModelStore, RedisConnection } from '@click-recall/redis';
import type { Logger, Metrics } from '@click-recall/runtime';
import { overtaken } from '../activate/overtaken.js';
import { countFollowed, failureOf } from '../new-items/pipeline.js';
import { writeNewItems, type WriteNewItemsDeps } from '../new-items/write-new-items.js';
import type { OpenVersion } from '../open-versions.js';
import { addMissing, checkItems, lacksUsers, removeStrays, type CheckIndexDeps } from './check-index.js';
import { chooseLift } from './choose-lift.js';
import { toJobFailure } from './to-job-failure.js';
import { writeItems } from './write-items.js';
import { writeUsers, type WriteUsersDeps } from './write-users.js';

export interface EmbedVersionDeps extends CheckIndexDeps {
  readonly redis: Pick<RedisConnection, 'cluster' | 'masters'>;
  readonly encoders: Pick<Encoders, 'get' | 'hold'>;
  readonly models: Pick<ModelStore, 'get' | 'update'>;
  readonly activations: Pick<ActivationStore, 'read' | 'addBuilding' | 'removeBuilding' | 'buildingVersions'>;
  readonly sequences: CheckIndexDeps['sequences'] & WriteUsersDeps['sequences'];
  readonly userVectors: WriteUsersDeps['userVectors'];
  readonly items: WriteNewItemsDeps['items'];
  readonly coldVectors: WriteNewItemsDeps['coldVectors'];
  readonly admin: Pick<KafkaAdmin, 'topicEndOffsets'>;
  /** Full name of the `sequence-updates` topic. */
  readonly topic: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * The `embed` job: writes all items, new ones included, and all users of a version into its index while updates are written to it as
 * well, and checks it. Run again, for a retry or a rollback, it only does what is missing.
 */
export function createEmbedVersion(deps: EmbedVersionDeps) {
  const { encoders, models, activations, admin, topic, metrics, logger } = deps;

  return async function embedVersion(job: RunningJob<'embed'>): Promise<JobResult<'embed'>> {
    const started = performance.now();
    const version = job.data.modelVersion ?? job.previous?.modelVersion;
    if (version === undefined) throw new JobFailedError('invalid-job', 'no model version is named');
    // The pipeline lets go of versions that it does not know to be wanted.
    const letGo = encoders.hold(version);
    try {
      const opened = await open(version, job.data.modelVersion === undefined);
      // In this order: whatever is not written to this version by the pipeline was in Redis before the build reads it.
      await activations.addBuilding(version);
      const ends = await admin.topicEndOffsets(topic);
      const counts = await write(opened, job);
      const indexRecall = await check(opened, job);
      const building = await activations.buildingVersions();
      if (!building.includes(version)) throw new Error(`the build of ${version} was given up by an embedder`);
      if ((await activations.read())?.encoder !== version) await models.update(version, { status: 'ready' });
      const seconds = (performance.now() - started) / 1000;
      logger.info({ version, ...counts, indexRecall, seconds }, `built the index of ${version}`);
      const awaitOffsets = Object.fromEntries([...ends].map(([partition, end]) => [String(partition), String(end)]));
      return { modelVersion: version, ...counts, indexRecall, awaitOffsets, seconds };
    } catch (error) {
      // A retry notes the offsets anew and finds by the revisions what was missed meanwhile.
      await activations.removeBuilding(version).catch(() => undefined);
      throw toJobFailure(error, version);
    } finally {
      letGo();
    }
  };

  async function open(version: string, trained: boolean): Promise<OpenVersion> {
    const [record, activation] = await Promise.all([models.get(version), activations.read()]);
    if (!record) throw new JobFailedError('unknown-model', `there is no model version ${version}`);
    const refusal = trained ? overtaken(record, activation?.encoder ?? null) : undefined;
    if (refusal) throw refusal;
    const encoder = await encoders.get(version);
    const isLive = activation?.encoder === version;
    // Who searches goes by the activation; the record may have been lost, and made anew.
    const lift = (isLive ? activation.lift : record.lift) ?? (await layOut(version, encoder));
    // Whoever clears up must not take it for empty.
    await models.update(version, { lift, status: isLive ? 'live' : 'written' });
    return { version, encoder, spaces: spacesOf(version, encoder.dim, lift) };
  }

  /** The lift of indexes that are begun now. Where the version's record was lost, what is in them is of a lift that nobody knows. */
  async function layOut(version: string, encoder: VersionedEncoder): Promise<Lift> {
    const lift = await chooseLift(encoder, deps.sequences, deps.redis);
    const spaces = spacesOf(version, encoder.dim, lift);
    await deps.index.drop(spaces.items);
    await deps.index.drop(spaces.users);
    return lift;
  }

  async function write(
    opened: OpenVersion,
    job: RunningJob<'embed'>,
  ): Promise<{ items: number; newItems: number | null; users: number }> {
    const options = (phase: 'items' | 'users') => ({
      signal: job.signal,
      onProgress: (done: number, total: number) => job.progress({ phase, done, total }),
    });
    const items = await writeItems(deps.index, opened, options('items'));
    const unseen = await newItemsOf(opened, job);
    countFollowed(metrics, unseen);
    const users = await writeUsers(deps, opened, options('users'));
    metrics.vectorsWritten.inc({ kind: 'items' }, items.written);
    metrics.vectorsWritten.inc({ kind: 'users' }, users.written);
    metrics.vectorsClamped.inc({ kind: 'items' }, items.clamped);
    metrics.vectorsClamped.inc({ kind: 'users' }, users.clamped);
    const newItems = unseen.newItems === null ? '' : `new items: ${unseen.written} of ${unseen.newItems}; `;
    await job.log(
      `items: ${items.written} of ${items.items} written; ${newItems}users: ${users.written} of ${users.users}`,
    );
    return { items: items.items, newItems: unseen.newItems, users: users.users };
  }

  /** A version whose mapping fails for all goes without new items, and its activation then names no mapping: it is whole for all others. */
  async function newItemsOf(opened: OpenVersion, job: RunningJob<'embed'>): ReturnType<typeof writeNewItems> {
    const onProgress = (done: number): Promise<void> => job.progress({ phase: 'new-items', done });
    const unseen = await writeNewItems(deps, opened, { signal: job.signal, onProgress });
    if (unseen.failed > 0) {
      const { version } = opened;
      const goesWithout = unseen.newItems === null;
      const told = `${failureOf(version, unseen)}${goesWithout ? '; it goes without new items' : ''}`;
      logger[goesWithout ? 'error' : 'warn']({ version }, told);
      await job.log(told);
    }
    return unseen;
  }

  async function check(opened: OpenVersion, job: RunningJob<'embed'>): Promise<number> {
    await job.progress({ phase: 'check', done: 0, total: 1 });
    await removeStrays(deps, opened);
    // A process ended between a vector and its place in the index.
    if (await lacksUsers(deps, opened)) await addMissing(deps, opened);
    const recall = await checkItems(deps, opened);
    metrics.indexRecall.set(recall);
    await job.progress({ phase: 'check', done: 1, total: 1 });
    return recall;
  }
}
