import type { RankerMetrics } from '@click-recall/contracts';
import { STAGE_FILE, writeStage, type RankerStage } from '@click-recall/encoding';
import { serializeRanker, type RankerModel } from '@click-recall/model';
import type { RankerStore } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import type { RankerRules } from '../settings.js';
import type { RankerVerdict } from './judge-ranker.js';

export interface WriteRankerRequest {
  readonly version: string;
  readonly ranker: RankerModel;
  readonly stage: RankerStage;
  readonly rules: RankerRules;
  readonly metrics: RankerMetrics;
  readonly verdict: RankerVerdict;
  readonly registry: Pick<Registry, 'write'>;
  readonly rankers: Pick<RankerStore, 'get' | 'save'>;
  readonly now: number;
}

/** Names of what is kept beside the weights. */
export const RANKER_METRICS_FILE = 'metrics.json';
export const RANKER_SETTINGS_FILE = 'settings.json';

/** Writes the ranker to the registry, then its record; a rejected one too, so that it can be looked into. */
export async function writeRanker(request: WriteRankerRequest): Promise<void> {
  const { version, ranker, stage, metrics, verdict, now } = request;
  const config = { ranker: ranker.config, trainer: request.rules };
  const files = new Map(serializeRanker(ranker));
  files.set(STAGE_FILE, writeStage(stage));
  files.set(RANKER_METRICS_FILE, json({ ...metrics, gate: verdict }));
  files.set(RANKER_SETTINGS_FILE, json(config));
  const { url } = await request.registry.write(version, files);
  // Where this run was held up, another has adopted the ranker.
  if (await request.rankers.get(version)) return;
  await request.rankers.save({
    version,
    modelVersion: stage.modelVersion,
    status: verdict.passed ? 'passed' : 'rejected',
    artifactUrl: url,
    createdAt: now,
    config,
    metrics,
    ...(verdict.passed ? {} : { reason: verdict.message }),
  });
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
