import type { ConsumedBatch, Publisher, Settle } from '@click-recall/kafka';
import type { SequenceStore, UserVectorStore } from '@click-recall/redis';
import type { Metrics } from '@click-recall/runtime';
import { followUsers, type FollowUsersDeps } from '../follow-users.js';
import { forgetUsers, type ForgetUsersDeps } from '../forget-users.js';
import type { OpenVersion, WritableVersions } from '../open-versions.js';
import { writeUserVectors, type WrittenVector } from '../write-user-vectors.js';
import { coalesceByUser, type UserUpdate } from './coalesce-by-user.js';
import { parseUpdates } from './parse-updates.js';
import { forgottenMessages, vectorMessages } from './vector-messages.js';

export interface UpdatePipelineDeps {
  readonly openVersions: () => Promise<WritableVersions>;
  readonly sequences: Pick<SequenceStore, 'read'>;
  readonly userVectors: Pick<UserVectorStore, 'put' | 'get' | 'revisions' | 'delete'>;
  readonly index: FollowUsersDeps['index'];
  readonly models: ForgetUsersDeps['models'];
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly settle: Settle;
  /** Full name of the `user-vectors` topic. */
  readonly topic: string;
  readonly metrics: Metrics;
}

/** Users of one slice: read, encoded and written together. */
const SLICE = 512;

/**
 * What happens to a batch of `sequence-updates`, in order: read it, take each user's newest, forget those to be forgotten, encode the
 * others with the live version, store, publish; then the versions being built, and the indexes of users, which nobody's
 * recommendations wait for. The batch is committed after all of it, so a crash anywhere repeats it.
 */
export function createUpdatePipeline(deps: UpdatePipelineDeps) {
  const { settle, openVersions, sequences, userVectors, publisher, topic, metrics } = deps;

  return async function handleBatch(batch: ConsumedBatch): Promise<void> {
    const users = coalesceByUser(await settle(batch, parseUpdates(batch)));
    await forget(users.filter(({ erased }) => erased).map(({ userId }) => userId));
    const clicked = users.filter(({ forgotten }) => !forgotten);
    for (let start = 0; start < clicked.length; start += SLICE) {
      await encode(clicked.slice(start, start + SLICE));
    }
  };

  async function forget(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    await forgetUsers(deps, userIds);
    await publisher.publish(topic, forgottenMessages(userIds));
  }

  async function encode(updates: readonly UserUpdate[]): Promise<void> {
    const { live, building } = await openVersions();
    const versions = live ? [live, ...building] : building;
    if (versions.length === 0) return;
    const userIds = updates.map(({ userId }) => userId);
    const newest = Math.max(...versions.map(({ encoder }) => encoder.sequenceLength));
    const read = await sequences.read(userIds, newest);
    const written = new Map<OpenVersion, WrittenVector[]>();
    for (const version of versions) {
      written.set(version, await write(version, read));
      if (version === live) await publish(live, updates, written.get(live) ?? []);
    }
    await Promise.all(
      versions.map(async (version) => {
        const { clamped } = await followUsers(deps, version, userIds, written.get(version));
        metrics.vectorsClamped.inc({ kind: 'users' }, clamped);
      }),
    );
  }

  async function write(
    version: OpenVersion,
    read: Awaited<ReturnType<typeof sequences.read>>,
  ): Promise<WrittenVector[]> {
    const written = await writeUserVectors(userVectors, version, read);
    metrics.vectorsWritten.inc({ kind: 'users' }, written.length);
    metrics.vectorsRefused.inc(read.length - written.length);
    return written;
  }

  async function publish(
    live: OpenVersion,
    updates: readonly UserUpdate[],
    written: readonly WrittenVector[],
  ): Promise<void> {
    const causes = new Map(updates.map(({ userId, cause }) => [userId, cause]));
    const messages = vectorMessages(live.version, written, causes);
    if (messages.length === 0) return;
    await publisher.publish(topic, messages);
    metrics.messagesPublished.inc({ topic }, messages.length);
    const now = Date.now();
    for (const { userId } of written) {
      const cause = causes.get(userId);
      if (cause) metrics.freshness.observe({ stage: 'vector' }, Math.max(0, now - cause.appendedAt) / 1000);
    }
  }
}
