import { bestRanker, type ActivationStore, type RankerRecord, type RankerStore } from '@click-recall/redis';
import { isRankerId, type Registry } from '@click-recall/registry';

export interface PruneRankersRequest {
  readonly registry: Pick<Registry, 'list' | 'writtenAt' | 'remove'>;
  readonly rankers: Pick<RankerStore, 'list' | 'save' | 'remove'>;
  readonly activation: Pick<ActivationStore, 'read'>;
  readonly now: number;
  /** Just written; always kept. */
  readonly version: string;
}

/** Records are small and tell the history; of so many they are kept though their files are gone. */
const KEEP_RECORDS = 200;
/** Newest ones whose files stay, passed or not. */
const KEEP_NEWEST = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Removes the files of rankers that nobody will want: kept are the newest, the live one, and of each encoder that still has its files
 * the best, which a rollback brings back. Answers the rankers whose files were removed.
 */
export async function pruneRankers(request: PruneRankersRequest): Promise<string[]> {
  const { registry, rankers, activation, now } = request;
  const [records, live, stored] = await Promise.all([rankers.list(), activation.read(), registry.list()]);
  const versions = new Set(stored);
  const encoders = new Set(records.map(({ modelVersion }) => modelVersion).filter((version) => versions.has(version)));
  const kept = new Set([
    request.version,
    live?.ranker,
    ...records.slice(0, KEEP_NEWEST).map(({ version }) => version),
    ...[...encoders].map((encoder) => bestOf(records, encoder)),
  ]);
  const known = new Map(records.map((record) => [record.version, record]));
  const removed: string[] = [];
  for (const version of stored.filter(isRankerId)) {
    if (kept.has(version)) continue;
    const record = known.get(version);
    // Without a record: left by a trainer that died, or just being written by another one.
    if (!record && now - (await registry.writtenAt(version)) < DAY_MS) continue;
    // The record first: it must never name files that are not there.
    if (record) await rankers.save({ ...record, artifactUrl: '' });
    await registry.remove(version);
    removed.push(version);
  }
  for (const { version } of records.slice(KEEP_RECORDS)) if (!kept.has(version)) await rankers.remove(version);
  return removed;
}

function bestOf(records: readonly RankerRecord[], encoder: string): string | undefined {
  return bestRanker(records.filter(({ modelVersion }) => modelVersion === encoder))?.version;
}
