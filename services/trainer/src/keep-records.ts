import type { Registry } from '@click-recall/registry';
import { messageOf } from '@click-recall/runtime';
import { recoverRankers, type RecoverRankersRequest } from './steps/recover-rankers.js';
import { recoverRecords, type RecoverRecordsRequest } from './steps/recover-records.js';

export interface RecordKeeperOptions {
  readonly registry: Pick<Registry, 'tidy'> & RecoverRecordsRequest['registry'];
  readonly registryUrl: string;
  readonly models: RecoverRecordsRequest['models'];
  readonly activation: RecoverRecordsRequest['activation'];
  readonly rankers: RecoverRankersRequest['rankers'];
  readonly logger: { warn(fields: object, message: string): void };
}

/**
 * A look, to be taken now and again: a Redis that came back empty has lost the records of the models, whose files are still there; and
 * half-written ones go. What stands in the way is told once. Rejects where Redis is away.
 */
export function createRecordKeeper(options: RecordKeeperOptions): () => Promise<void> {
  const { registry, registryUrl, models, rankers, activation, logger } = options;
  const told = new Set<string>();
  const onUnreadable = (version: string, reason: string): void => {
    if (!told.has(version)) logger.warn({ version }, `the record of ${version} cannot be made anew: ${reason}`);
    told.add(version);
  };
  let isTidy = true;
  const tidy = async (): Promise<void> => {
    try {
      await registry.tidy();
      isTidy = true;
    } catch (error) {
      if (isTidy) logger.warn({}, `what is left of versions that were half written stays: ${messageOf(error)}`);
      isTidy = false;
    }
  };
  return async () => {
    await tidy();
    const shared = { registry, registryUrl, now: Date.now(), onUnreadable };
    const versions = [
      ...(await recoverRecords({ ...shared, models, activation })),
      ...(await recoverRankers({ ...shared, rankers })),
    ];
    if (versions.length > 0)
      logger.warn({ versions }, `Redis had lost the records of ${versions.length} models; made anew of their files`);
  };
}
