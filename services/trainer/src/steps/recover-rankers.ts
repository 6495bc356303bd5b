import type { RankerStore } from '@click-recall/redis';
import { isRankerId, newRankerId } from '@click-recall/registry';
import { messageOf } from '@click-recall/runtime';
import { rankerOfFiles } from './ranker-record.js';
import { YOUNG_MS, type RecoverRequest } from './recover-records.js';

export interface RecoverRankersRequest extends Omit<RecoverRequest, 'models'> {
  readonly rankers: Pick<RankerStore, 'list' | 'get' | 'save'>;
}

/** Makes anew the records of rankers whose files are there, as `recoverRecords` does for models. Answers the rankers, oldest first. */
export async function recoverRankers(request: RecoverRankersRequest): Promise<string[]> {
  const { registry, rankers, now, onUnreadable } = request;
  const grown = newRankerId(now - YOUNG_MS);
  const known = new Set((await rankers.list()).map(({ version }) => version));
  const recovered: string[] = [];
  for (const version of await registry.list()) {
    if (!isRankerId(version) || version >= grown || known.has(version)) continue;
    try {
      const { record } = await rankerOfFiles(version, request);
      if (await rankers.get(version)) continue;
      await rankers.save(record);
      recovered.push(version);
    } catch (error) {
      onUnreadable(version, messageOf(error));
    }
  }
  return recovered;
}
