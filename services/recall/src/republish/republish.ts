import { setTimeout as delay } from 'node:timers/promises';
import type { JobResult } from '@click-recall/contracts';
import type { RunningJob } from '@click-recall/jobs';
import type { Publisher } from '@click-recall/kafka';
import type { ColdVectorStore, SequenceStore } from '@click-recall/redis';
import type { Logger, Metrics } from '@click-recall/runtime';
import type { DeletedItems } from '../items/watch-deleted-items.js';
import type { LiveModel } from '../live/live-model.js';
import type { LiveModelWatch } from '../live/watch-live-model.js';
import { createPublishLists } from '../recommend/publish-lists.js';
import { createListWriter, type ListWriterDeps } from './list-writer.js';
import { readCatalogue } from './read-catalogue.js';

export interface RepublishDeps extends Omit<ListWriterDeps, 'isDeleted'> {
  readonly models: Pick<LiveModelWatch, 'current' | 'state' | 'refresh'>;
  readonly sequences: ListWriterDeps['sequences'] & Pick<SequenceStore, 'listUsers' | 'revisions'>;
  readonly coldVectors: Pick<ColdVectorStore, 'list' | 'former'>;
  readonly deleted: Pick<DeletedItems, 'has' | 'refresh'>;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Full name of the `recommendations` topic. */
  readonly topic: string;
  /** Shards of the users: so many parts has the job. */
  readonly shards: number;
  readonly metrics: Pick<Metrics, 'recommendationsPublished'>;
  readonly logger: Logger;
}

/** Users scored together: the thread is held for some tens of milliseconds. */
const SLICE = 128;
/** By then every recall has noticed a switch, so nothing of the version before is published after what this job publishes. */
const SETTLED_MS = 1_000;
const POLL_MS = 100;

/**
 * The `republish` job: publishes the recommendations of every known user anew, once; or, after a deletion, of those users whose
 * list may hold a deleted item. One part a shard of the users, taken by whichever recall is free. Ends early when another version
 * goes live, whose own job then does it. A part that is tried again repeats its shard, with the same ids.
 */
export function createRepublish(deps: RepublishDeps) {
  const { models, sequences, coldVectors, deleted, shards, metrics, logger } = deps;
  const publishLists = createPublishLists(deps);
  const listsFor = createListWriter({ ...deps, isDeleted: deleted.has });

  return async function republish(job: RunningJob<'republish'>): Promise<JobResult<'republish'>> {
    const { shard } = job.data;
    return shard === undefined ? inShards(job) : ofShard(job, shard);
  };

  async function inShards(job: RunningJob<'republish'>): Promise<JobResult<'republish'>> {
    const wanted = job.data.modelVersion ?? job.previous?.modelVersion;
    const data = { ...job.data, ...(wanted !== undefined && { modelVersion: wanted }) };
    const parts = await job.inParts(Array.from({ length: shards }, (_, shard) => ({ ...data, shard })));
    const sum = (of: 'users' | 'published' | 'seconds'): number => parts.reduce((total, part) => total + part[of], 0);
    const modelVersion = wanted ?? parts[0]?.modelVersion ?? '';
    const result = { modelVersion, users: sum('users'), published: sum('published'), seconds: sum('seconds') };
    logger.info({ ...result, cause: job.data.cause.kind }, 'republished');
    return result;
  }

  async function ofShard(job: RunningJob<'republish'>, shard: number): Promise<JobResult<'republish'>> {
    const started = performance.now();
    const live = await modelInUse(job);
    const counts = live ? await publishShard(live, job, shard) : { users: 0, published: 0 };
    const seconds = (performance.now() - started) / 1000;
    return { modelVersion: live?.version ?? job.data.modelVersion ?? '', ...counts, seconds };
  }

  /** The version that the job is about, once it is in use here; undefined when it no longer is the live one, or none is. */
  async function modelInUse(job: RunningJob<'republish'>): Promise<LiveModel | undefined> {
    const wanted = job.data.modelVersion;
    const started = Date.now();
    for (;;) {
      await models.refresh();
      const live = models.current();
      const state = models.state();
      if (state.kind === 'unusable')
        throw new Error(`the live model ${state.version} cannot be used: ${state.problem}`);
      if (!live || (wanted !== undefined && live.version !== wanted)) return undefined;
      // By this machine's clock at most: the switch was before the job.
      if (Date.now() >= Math.min(live.activatedAt, started) + SETTLED_MS) return live;
      await delay(POLL_MS, undefined, { signal: job.signal });
    }
  }

  async function publishShard(
    live: LiveModel,
    job: RunningJob<'republish'>,
    shard: number,
  ): Promise<{ users: number; published: number }> {
    await deleted.refresh();
    const affected = job.data.itemIds?.filter(deleted.has);
    let users = 0;
    let published = 0;
    if (affected?.length === 0) return { users, published };
    const catalogue = await readCatalogue(coldVectors, live, affected);
    for await (const slice of sequences.listUsers(SLICE, shard)) {
      job.signal.throwIfAborted();
      // Another ranker beside the same encoder may have gone live meanwhile: its lists from here on.
      const now = models.current();
      if (now?.version !== live.version) break;
      const messages = await listsFor(now, catalogue, slice, job.data.cause, affected);
      await publishLists(messages);
      metrics.recommendationsPublished.inc({ cause: job.data.cause.kind }, messages.length);
      users += slice.length;
      published += messages.length;
      await job.progress({ users, published });
    }
    return { users, published };
  }
}
