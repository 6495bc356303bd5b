import type { ModelRecord, ModelStore } from '@click-recall/redis';
import { isRankerId } from '@click-recall/registry';
import { recoverMissing, type RecoverRequest } from './recover-missing.js';
import { versionOfFiles } from './version-record.js';

export interface RecoverRecordsRequest extends RecoverRequest {
  readonly models: Pick<ModelStore, 'list' | 'get' | 'save'>;
}

/**
 * Makes anew the records of versions whose files are there: a Redis that came back empty has lost them, and without a record
 * a version can neither be rolled back to nor compared with, and is removed. Answers the versions, oldest first.
 */
export async function recoverRecords(request: RecoverRecordsRequest): Promise<string[]> {
  return recoverMissing<ModelRecord>(request, {
    isOne: (version) => !isRankerId(version),
    records: request.models,
    recordOf: async (version) => {
      const { record } = await versionOfFiles(version, request);
      // Its index, if there was one, went with the record.
      return record.status === 'rejected' ? record : { ...record, status: 'retired' };
    },
  });
}
