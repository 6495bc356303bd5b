import { setTimeout as delay } from 'node:timers/promises';
import type { JobResult } from '@click-recall/contracts';
import type { Jobs, RunningJob } from '@click-recall/jobs';
import type { Publisher } from '@click-recall/kafka';
import type { SequenceStore } from '@click-recall/redis';
import type { Logger, Metrics } from '@click-recall/runtime';
import { z } from 'zod';
import type { DeletedItems } from '../items/watch-deleted-items.js';
import type { LiveModel } from '../live/live-model.js';
import type { LiveModelWatch } from '../live/watch-live-model.js';
import { createListWriter, type ListWriterDeps } from './list-writer.js';

export interface RepublishDeps extends Omit<ListWriterDeps, 'isDeleted'> {
  readonly models: Pick<LiveModelWatch, 'current' | 'state' | 'refresh'>;
  readonly sequences: ListWriterDeps['sequences'] & Pick<SequenceStore, 'listUsers' | 'countUsers'>;
  readonly jobs: Pick<Jobs, 'job'>;
  readonly deleted: Pick<DeletedItems, 'has' | 'refresh'>;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Full name of the `recommendations` topic. */
  readonly topic: string;
  readonly shards: number;
  readonly metrics: Pick<Metrics, 'recommendationsPublished'>;
  readonly logger: Logger;
}

/** Users scored together: the thread is held for some tens of milliseconds. */
const SLICE = 128;
/** By then every recall has noticed a switch, so nothing of the version before is published after what this job publishes. */
const SETTLED_MS = 1_000;
const POLL_MS = 100;

const progressSchema = z.object({ shard: z.int(), users: z.int(), published: z.int() });
type Progress = z.output<typeof progressSchema>;

/**
 * The `republish` job: publishes the recommendations of every known user anew, once; or, after a deletion, of those users whose
 * list would hold a deleted item. Ends early when another version goes live, whose own job then does it. A retry goes on with the
 * users' shard that was not finished; what it repeats of it carries the same ids.
 */
export function createRepublish(deps: RepublishDeps) {
  const { models, sequences, jobs, deleted, publisher, topic, shards, metrics, logger } = deps;
  const listsFor = createListWriter({ ...deps, isDeleted: deleted.has });

  return async function republish(job: RunningJob<'republish'>): Promise<JobResult<'republish'>> {
    const started = performance.now();
    const live = await modelInUse(job);
    const progress = live ? await publishAll(live, job) : { users: 0, published: 0 };
    const { users, published } = progress;
    const seconds = (performance.now() - started) / 1000;
    const modelVersion = live?.version ?? wantedVersion(job) ?? '';
    logger.info({ modelVersion, users, published, seconds, cause: job.data.cause.kind }, 'republished');
    return { modelVersion, users, published, seconds };
  };

  /** The version that the job is about, once it is in use here; undefined when it no longer is the live one, or none is. */
  async function modelInUse(job: RunningJob<'republish'>): Promise<LiveModel | undefined> {
    const wanted = wantedVersion(job);
    for (;;) {
      await models.refresh();
      const live = models.current();
      const state = models.state();
      if (state.kind === 'unusable')
        throw new Error(`the live model ${state.version} cannot be used: ${state.problem}`);
      if (!live || (wanted !== undefined && live.version !== wanted)) return undefined;
      const settles = live.activatedAt + SETTLED_MS;
      if (Date.now() >= settles) return live;
      await delay(POLL_MS, undefined, { signal: job.signal });
    }
  }

  async function publishAll(live: LiveModel, job: RunningJob<'republish'>): Promise<Progress> {
    await deleted.refresh();
    const total = await sequences.countUsers();
    let progress = await progressOf(job);
    const affected = job.data.itemIds?.filter(deleted.has);
    if (affected?.length === 0) return progress;
    for (let { shard } = progress; shard < shards; shard++) {
      for await (const slice of sequences.listUsers(SLICE, shard)) {
        job.signal.throwIfAborted();
        if (models.current()?.version !== live.version) return progress;
        const messages = await listsFor(live, slice, job.data.cause, affected);
        await publisher.publish(topic, messages);
        metrics.recommendationsPublished.inc({ cause: job.data.cause.kind }, messages.length);
        progress = { shard, users: progress.users + slice.length, published: progress.published + messages.length };
        await job.progress({ ...progress, total });
      }
      progress = { ...progress, shard: shard + 1 };
      await job.progress({ ...progress, total });
    }
    return progress;
  }

  async function progressOf(job: RunningJob<'republish'>): Promise<Progress> {
    const known = job.attempt > 1 ? await jobs.job('republish', job.id) : undefined;
    const parsed = progressSchema.safeParse(known?.progress);
    return parsed.success ? parsed.data : { shard: 0, users: 0, published: 0 };
  }
}

function wantedVersion(job: RunningJob<'republish'>): string | undefined {
  return job.data.modelVersion ?? job.previous?.modelVersion;
}
