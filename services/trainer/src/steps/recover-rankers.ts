import type { RankerRecord, RankerStore } from '@click-recall/redis';
import { isRankerId } from '@click-recall/registry';
import { rankerOfFiles } from './ranker-record.js';
import { recoverMissing, type RecoverRequest } from './recover-missing.js';

export interface RecoverRankersRequest extends RecoverRequest {
  readonly rankers: Pick<RankerStore, 'list' | 'get' | 'save' | 'enlist'>;
}

/** Makes anew the records of rankers whose files are there, as `recoverRecords` does for models. Answers the rankers, oldest first. */
export async function recoverRankers(request: RecoverRankersRequest): Promise<string[]> {
  return recoverMissing<RankerRecord>(request, {
    isOne: isRankerId,
    records: request.rankers,
    recordOf: async (version) => (await rankerOfFiles(version, request)).record,
  });
}
