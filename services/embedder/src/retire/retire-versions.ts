import type { Jobs } from '@click-recall/jobs';
import type { ActivationStore, ModelRecord, ModelStore, SequenceStore, UserVectorStore } from '@click-recall/redis';
import type { Logger } from '@click-recall/runtime';
import type { VectorIndex } from '@click-recall/vector-index';
import { spacesOfRecord } from '../spaces-of-record.js';

export interface RetireVersionsDeps {
  readonly models: Pick<ModelStore, 'list' | 'update'>;
  readonly activations: Pick<ActivationStore, 'readWithBuilding' | 'removeBuilding'>;
  readonly jobs: Pick<Jobs, 'counts'>;
  readonly sequences: Pick<SequenceStore, 'listUsers'>;
  readonly userVectors: Pick<UserVectorStore, 'drop'>;
  readonly index: Pick<VectorIndex, 'drop'>;
  readonly graceMs: number;
  readonly logger: Logger;
  readonly now?: () => number;
}

/**
 * Empties the indexes of versions that are neither live nor being built, the one that was live before only after the grace time
 * (readers may be a moment behind). Nothing is remembered between runs: what is to be done follows from what is stored, so
 * it survives restarts, and several embedders may do it. The model itself stays in the registry, for a rollback.
 */
export function createRetireVersions(deps: RetireVersionsDeps) {
  const { models, activations, jobs, sequences, userVectors, index, graceMs, logger, now = Date.now } = deps;

  return async function retireVersions(): Promise<string[]> {
    const records = (await models.list()).filter((record) => record.status !== 'retired' && record.lift);
    await giveUpOrphans();
    const retired: string[] = [];
    for (const record of records) if (await retire(record)) retired.push(record.version);
    return retired;
  };

  /** A build whose process ended for good has nobody else to take it off the list. */
  async function giveUpOrphans(): Promise<void> {
    const { building } = await activations.readWithBuilding();
    if (building.length === 0 || (await pendingBuilds()) > 0) return;
    for (const version of building) {
      await activations.removeBuilding(version);
      logger.warn({ version }, `the build of ${version} has no job any more and is given up`);
    }
  }

  async function pendingBuilds(): Promise<number> {
    const { embed, activate } = await jobs.counts();
    return [embed, activate].reduce(
      (sum, counts) => sum + counts.waiting + counts['waiting-children'] + counts.delayed + counts.active,
      0,
    );
  }

  async function retire(record: ModelRecord): Promise<boolean> {
    const { version } = record;
    const spaces = spacesOfRecord(record);
    if (!spaces || !(await isUnused(version))) return false;
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
    if (activation?.encoder === version || building.includes(version)) return false;
    // Without a live version this one may be ready to become it.
    if (!activation) return (await pendingBuilds()) === 0;
    return activation.previous !== version || now() >= activation.activatedAt + graceMs;
  }
}
