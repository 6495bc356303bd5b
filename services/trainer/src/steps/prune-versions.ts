import type { ActivationStore, ModelRecord, ModelStore } from '@click-recall/redis';
import { isRankerId, type Registry } from '@click-recall/registry';

export interface PruneRequest {
  readonly registry: Pick<Registry, 'list' | 'writtenAt' | 'remove'>;
  readonly models: Pick<ModelStore, 'list' | 'update' | 'remove'>;
  readonly activation: Pick<ActivationStore, 'read' | 'buildingVersions'>;
  readonly keepVersions: number;
  readonly now: number;
  /** Just written; always kept. */
  readonly version: string;
}

/** Records are small and tell the history; of so many they are kept though their files are gone. */
const KEEP_RECORDS = 200;
/** Rejected versions must not push out those that the gate compares with. */
const KEEP_REJECTED = 2;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes the files of old versions and of versions that never got a record. Kept are the newest `keepVersions` that passed the gate, the live
 * one, the one before it, and those being built. A record whose files are gone has an empty `artifactUrl`; whether it still has an index is
 * for the embedder to say by its status, and a record is removed only then. Answers the versions whose files were removed.
 */
export async function pruneVersions(request: PruneRequest): Promise<string[]> {
  const { registry, models, activation, keepVersions, now } = request;
  const [records, live, building] = await Promise.all([
    models.list(),
    activation.read(),
    activation.buildingVersions(),
  ]);
  const kept = new Set([
    request.version,
    ...newest(records, keepVersions, ({ status }) => status !== 'rejected'),
    ...newest(records, KEEP_REJECTED, ({ status }) => status === 'rejected'),
    ...building,
    ...(live ? [live.encoder, live.previous] : []),
  ]);
  const known = new Map(records.map((record) => [record.version, record]));
  const removed: string[] = [];
  for (const version of await registry.list()) {
    if (isRankerId(version) || kept.has(version)) continue;
    const record = known.get(version);
    // Without a record: left by a trainer that died, or just being written by another one.
    if (!record && now - (await registry.writtenAt(version)) < DAY_MS) continue;
    // The record first: it must never name files that are not there.
    if (record) await models.update(version, { artifactUrl: '' });
    await registry.remove(version);
    removed.push(version);
  }
  for (const record of records.slice(KEEP_RECORDS)) {
    if (!kept.has(record.version) && hasNoIndex(record)) await models.remove(record.version);
  }
  return removed;
}

function hasNoIndex({ lift, status }: ModelRecord): boolean {
  return lift === undefined || status === 'retired';
}

function newest(records: readonly ModelRecord[], count: number, wanted: (record: ModelRecord) => boolean): string[] {
  return records
    .filter(wanted)
    .slice(0, count)
    .map(({ version }) => version);
}
