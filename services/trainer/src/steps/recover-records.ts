import type { ModelStore } from '@click-recall/redis';
import { isRankerId, newVersionId, type Registry } from '@click-recall/registry';
import { messageOf } from '@click-recall/runtime';
import { versionOfFiles } from './version-record.js';

export interface RecoverRequest {
  readonly registry: Pick<Registry, 'list' | 'readFile'>;
  readonly registryUrl: string;
  readonly models: Pick<ModelStore, 'list' | 'get' | 'save'>;
  readonly now: number;
  /** A version that cannot be read, told each time. */
  readonly onUnreadable: (version: string, reason: string) => void;
}

/** A version is written before its record, so a young one without a record is just being made. */
export const YOUNG_MS = 60_000;

/**
 * Makes anew the records of versions whose files are there: a Redis that came back empty has lost them, and without a record
 * a version can neither be rolled back to nor compared with, and is removed. Answers the versions, oldest first.
 */
export async function recoverRecords(request: RecoverRequest): Promise<string[]> {
  const { registry, models, now, onUnreadable } = request;
  const grown = newVersionId(now - YOUNG_MS);
  const stored = (await registry.list()).filter((version) => !isRankerId(version) && version < grown);
  const known = new Set((await models.list()).map(({ version }) => version));
  const recovered: string[] = [];
  for (const version of stored.filter((each) => !known.has(each))) {
    try {
      const { record } = await versionOfFiles(version, request);
      // Another trainer may have been quicker, and the version have an index by now.
      if (await models.get(version)) continue;
      // Its index, if there was one, went with the record.
      await models.save(record.status === 'rejected' ? record : { ...record, status: 'retired' });
      recovered.push(version);
    } catch (error) {
      onUnreadable(version, messageOf(error));
    }
  }
  return recovered;
}
