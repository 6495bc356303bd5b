import type { ActivationStore, ModelRecord, ModelStore } from '@click-recall/redis';
import { isRankerId } from '@click-recall/registry';
import { recoverMissing, type RecoverRequest } from './recover-missing.js';
import { versionOfFiles } from './version-record.js';

export interface RecoverRecordsRequest extends RecoverRequest {
  readonly models: Pick<ModelStore, 'list' | 'get' | 'save' | 'enlist'>;
  readonly activation: Pick<ActivationStore, 'read'>;
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
      const live = await request.activation.read();
      // A server of several went, and its index is there: by the lift it is found where a user is to be forgotten.
      if (live?.encoder === version) return { ...record, status: 'live', lift: live.lift };
      // Its index, if there was one, went with the record, or is written anew.
      return record.status === 'rejected' ? record : { ...record, status: 'retired' };
    },
  });
}
