import type { Spaces } from '@click-recall/encoding';
import type { Jobs, QueueCounts } from '@click-recall/jobs';
import type {
  ActivationStore,
  ColdVectorStore,
  ModelRecord,
  ModelStore,
  SequenceStore,
  UserVectorStore,
} from '@click-recall/redis';
import type { Logger } from '@click-recall/runtime';
import type { VectorIndex } from '@click-recall/vector-index';
import { spacesOfRecord } from '../spaces-of-record.js';

export interface RetireVersionsDeps {
  readonly models: Pick<ModelStore, 'list' | 'update'>;
  readonly activations: Pick<ActivationStore, 'readWithBuilding' | 'removeBuilding'>;
  readonly jobs: Pick<Jobs, 'counts'>;
  readonly sequences: Pick<SequenceStore, 'listUsers'>;
  readonly userVectors: Pick<UserVectorStore, 'drop'>;
  readonly coldVectors: Pick<ColdVectorStore, 'count' | 'drop'>;
  readonly index: Pick<VectorIndex, 'count' | 'drop'>;
  readonly graceMs: number;
  readonly logger: Logger;
  readonly now?: () => number;
}

/**
 * Empties the indexes of versions that are neither live nor being built, the one that was live before only after the grace time
 * (readers may be a moment behind), and none while a build is under way or waits to be tried again. Nothing is remembered between
 * runs: what is to be done follows from what is stored, the indexes themselves included, so it survives restarts, and several
 * embedders may do it. The model itself stays in the registry, for a rollback.
 */
export function createRetireVersions(deps: RetireVersionsDeps) {
  const {
    models,
    activations,
    jobs,
    sequences,
    userVectors,
    coldVectors,
    index,
    graceMs,
    logger,
    now = Date.now,
  } = deps;

  return async function retireVersions(): Promise<string[]> {
    await giveUpOrphans();
    const retired: string[] = [];
    for (const record of await models.list()) if (await retire(record)) retired.push(record.version);
    return retired;
  };

  /** A build whose process ended for good has nobody else to take it off the list. */
  async function giveUpOrphans(): Promise<void> {
    const { activation, building } = await activations.readWithBuilding();
    if (building.length === 0 || (await pendingBuilds()) > 0) return;
    for (const version of building) {
      await activations.removeBuilding(version);
      // That of the live one was a repair and has nothing to follow it.
      if (version === activation?.encoder) continue;
      logger.warn({ version }, `the build of ${version} has no job any more and is given up`);
    }
  }

  /** Also those whose training has not ended: one moves on from queue to queue while they are counted, and must not be missed. */
  async function pendingBuilds(): Promise<number> {
    const { embed, activate } = await jobs.counts();
    return underWay(embed) + underWay(activate) + embed['waiting-children'] + activate['waiting-children'];
  }

  async function buildsUnderWay(): Promise<boolean> {
    const { embed, activate } = await jobs.counts();
    return underWay(embed) + underWay(activate) > 0;
  }

  async function retire(record: ModelRecord): Promise<boolean> {
    const { version } = record;
    const spaces = spacesOfRecord(record);
    if (!spaces || !(await hasIndex(record, spaces)) || !(await isUnused(version))) return false;
    // In this order: a build that begins in between must not find said of a new item that it is in the index.
    await coldVectors.drop(version);
    await index.drop(spaces.items);
    if (!(await isUnused(version))) return false;
    await index.drop(spaces.users);
    await userVectors.drop(version, unusedSlices(version));
    // A build may have begun meanwhile: then the version is in use, and its job writes what is missing.
    if (!(await isUnused(version))) return false;
    await models.update(version, { status: 'retired' });
    logger.info({ version }, `retired the index of ${version}`);
    return true;
  }

  async function* unusedSlices(version: string): AsyncIterable<string[]> {
    for await (const slice of sequences.listUsers()) {
      if (!(await isUnused(version))) return;
      yield slice;
    }
  }

  async function isUnused(version: string): Promise<boolean> {
    const { activation, building } = await activations.readWithBuilding();
    // What is live follows from what the indexes are of as long as nobody says it: the activation was lost, and a rollback brings it back.
    if (!activation) return false;
    if (activation.encoder === version || building.includes(version)) return false;
    if (activation.previous === version && now() < activation.activatedAt + graceMs) return false;
    return !(await buildsUnderWay());
  }

  /** A retired one may have an index again: by a build that ended in the middle, or by a writer that was a moment behind. */
  async function hasIndex({ version, status }: ModelRecord, { items, users }: Spaces): Promise<boolean> {
    if (status !== 'retired') return true;
    return (await index.count(items)) > 0 || (await index.count(users)) > 0 || (await coldVectors.count(version)) > 0;
  }
}

function underWay({ waiting, delayed, active }: Pick<QueueCounts['embed'], 'waiting' | 'delayed' | 'active'>): number {
  return waiting + delayed + active;
}
