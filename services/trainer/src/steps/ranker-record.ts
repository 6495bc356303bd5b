import { rankerMetricsSchema } from '@click-recall/contracts';
import { readStage, STAGE_FILE } from '@click-recall/encoding';
import type { RankerRecord } from '@click-recall/redis';
import { z } from 'zod';
import type { RankerVerdict } from './judge-ranker.js';
import { addressOf, timeOf, type VersionFiles } from './version-record.js';
import { RANKER_METRICS_FILE, RANKER_SETTINGS_FILE } from './write-ranker.js';

const scoresSchema = z.object({ gate: z.object({ passed: z.boolean(), message: z.string() }) });

/** Makes a ranker's record anew out of its files, with the gate's word. Rejects where they cannot be read. */
export async function rankerOfFiles(
  version: string,
  { registry, registryUrl }: VersionFiles,
): Promise<{ readonly record: RankerRecord; readonly verdict: RankerVerdict }> {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(Buffer.from(await registry.readFile(version, file)).toString());
  const { modelVersion } = readStage(await registry.readFile(version, STAGE_FILE));
  const scores = await json(RANKER_METRICS_FILE);
  const { gate: verdict } = scoresSchema.parse(scores);
  const record = {
    version,
    modelVersion,
    status: verdict.passed ? ('passed' as const) : ('rejected' as const),
    artifactUrl: addressOf(version, registryUrl),
    createdAt: timeOf(version),
    config: await json(RANKER_SETTINGS_FILE),
    metrics: rankerMetricsSchema.parse(scores),
    ...(verdict.passed ? {} : { reason: verdict.message }),
  };
  return { record, verdict };
}
