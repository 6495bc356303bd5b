import { rankerMetricsSchema } from '@click-recall/contracts';
import { readStage, STAGE_FILE } from '@click-recall/encoding';
import type { RankerRecord, RankerStore } from '@click-recall/redis';
import { isRankerId, newRankerId } from '@click-recall/registry';
import { messageOf } from '@click-recall/runtime';
import { z } from 'zod';
import { timeOf, YOUNG_MS, type RecoverRequest } from './recover-records.js';
import { RANKER_METRICS_FILE, RANKER_SETTINGS_FILE } from './write-ranker.js';

export interface RecoverRankersRequest extends Omit<RecoverRequest, 'models'> {
  readonly rankers: Pick<RankerStore, 'list' | 'get' | 'save'>;
}

const gateSchema = z.object({ gate: z.object({ passed: z.boolean(), message: z.string() }) });

/** Makes anew the records of rankers whose files are there, as `recoverRecords` does for models. Answers the rankers, oldest first. */
export async function recoverRankers(request: RecoverRankersRequest): Promise<string[]> {
  const { registry, rankers, now, onUnreadable } = request;
  const grown = newRankerId(now - YOUNG_MS);
  const known = new Set((await rankers.list()).map(({ version }) => version));
  const recovered: string[] = [];
  for (const version of await registry.list()) {
    if (!isRankerId(version) || version >= grown || known.has(version)) continue;
    try {
      const record = await recordOf(version, request);
      if (await rankers.get(version)) continue;
      await rankers.save(record);
      recovered.push(version);
    } catch (error) {
      onUnreadable(version, messageOf(error));
    }
  }
  return recovered;
}

async function recordOf(version: string, { registry, registryUrl }: RecoverRankersRequest): Promise<RankerRecord> {
  const json = async (file: keyof typeof FILES): Promise<unknown> =>
    JSON.parse(Buffer.from(await registry.readFile(version, FILES[file])).toString());
  const { modelVersion } = readStage(await registry.readFile(version, STAGE_FILE));
  const scores = await json('metrics');
  const { gate } = gateSchema.parse(scores);
  return {
    version,
    modelVersion,
    status: gate.passed ? 'passed' : 'rejected',
    artifactUrl: `${registryUrl.replace(/\/$/, '')}/${version}`,
    createdAt: timeOf(version),
    config: await json('settings'),
    metrics: rankerMetricsSchema.parse(scores),
    ...(gate.passed ? {} : { reason: gate.message }),
  };
}

const FILES = { metrics: RANKER_METRICS_FILE, settings: RANKER_SETTINGS_FILE } as const;
