import type { Metrics } from '@click-recall/contracts';
import { VOCABULARY_FILE, writeVocabulary } from '@click-recall/encoding';
import { serializeEncoder, type ModelConfig, type SequenceEncoder } from '@click-recall/model';
import type { ModelStore } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import type { TrainerRules } from '../settings.js';
import type { Fitted } from './fit.js';
import type { Verdict } from './gate.js';
import type { Snapshot } from './take-snapshot.js';
import type { Start } from './open-start.js';
import type { TrainedMapping } from './train-mapping.js';
import { TRAINED_FILE, writeTrainedClicks, type TrainedClicks } from './trained-clicks.js';

export interface WriteRequest {
  readonly version: string;
  readonly encoder: SequenceEncoder;
  readonly snapshot: Snapshot;
  readonly start: Start;
  readonly model: ModelConfig;
  readonly rules: TrainerRules;
  readonly metrics: Metrics;
  readonly fitted: Fitted;
  readonly verdict: Verdict;
  readonly trained: TrainedClicks;
  readonly mapping: TrainedMapping | undefined;
  readonly registry: Pick<Registry, 'write'>;
  readonly models: Pick<ModelStore, 'get' | 'save'>;
  readonly now: number;
}

/**
 * Writes the version to the registry and then its record: a version without a record is never looked at, until the record is made of the
 * files. A rejected one is written too, so that it can be looked into.
 */
export async function writeVersion(request: WriteRequest): Promise<void> {
  const { version, encoder, snapshot, start, metrics, fitted, verdict } = request;
  const parent = start.from === 'live' ? { parent: start.live.version } : {};
  const replaces = start.from === 'live' ? start.live.version : start.liveVersion;
  const config = {
    ...request.model,
    trainer: request.rules,
    start: {
      ...(start.from === 'live' ? { from: start.live.version } : { from: 'fresh', why: start.why }),
      ...(replaces !== undefined && { replaces }),
    },
  };
  const files = serializeEncoder(encoder);
  files.set(VOCABULARY_FILE, writeVocabulary(snapshot.itemIds));
  files.set(TRAINED_FILE, writeTrainedClicks(request.trained));
  for (const [name, bytes] of request.mapping?.files ?? []) files.set(name, bytes);
  files.set('metrics.json', json({ ...metrics, bestEpoch: fitted.bestEpoch, curve: fitted.curve, gate: verdict }));
  files.set('settings.json', json(config));
  files.set(
    'data.json',
    json({
      fingerprint: snapshot.fingerprint,
      users: snapshot.userIds.length,
      items: snapshot.items,
      clicks: snapshot.clicks,
    }),
  );
  const { url } = await request.registry.write(version, files);
  // Where this run was held up, another has adopted the version, and its record says what has become of it since.
  if (await request.models.get(version)) return;
  await request.models.save({
    version,
    status: verdict.passed ? 'written' : 'rejected',
    artifactUrl: url,
    createdAt: request.now,
    config,
    metrics,
    ...parent,
    ...(replaces !== undefined && { replaces }),
    ...(verdict.passed ? {} : { reason: `${verdict.code}: ${verdict.message}` }),
  });
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
