import type { ActivationStore, ColdVectorStore, SequenceStore, UserVectorStore } from '@click-recall/redis';
import type { Metrics } from '@click-recall/runtime';
import type { VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion, WritableVersions } from './open-versions.js';

/** Users looked at, the most recent ones. */
const SAMPLE = 100;

export interface WatchIndexDeps {
  readonly openVersions: () => Promise<WritableVersions>;
  readonly activations: Pick<ActivationStore, 'read'>;
  readonly sequences: Pick<SequenceStore, 'recentUsers'>;
  readonly userVectors: Pick<UserVectorStore, 'get'>;
  readonly coldVectors: Pick<ColdVectorStore, 'count'>;
  readonly index: Pick<VectorIndex, 'count' | 'vectors'>;
  readonly metrics: Pick<Metrics, 'indexSize' | 'indexMissing' | 'beforeScrape'>;
}

/** Users who lack something. */
type Lacking = Record<'users' | 'user-vectors', ReadonlySet<string>>;

/**
 * Tells Prometheus what the live version's indexes hold, and what is missing in them: deleted by hand, or lost by a server that came back with
 * older data. A user counts who lacked it at the scrape before as well: vectors follow their clicks by a moment.
 */
export function watchIndex(deps: WatchIndexDeps): void {
  const { openVersions, index, coldVectors, activations, metrics } = deps;
  let before: Lacking = NOBODY;

  metrics.beforeScrape(async () => {
    const { live } = await openVersions();
    metrics.indexSize.reset();
    metrics.indexMissing.reset();
    if (!live) return;
    const { mapping } = (await activations.read()) ?? {};
    const expected = live.encoder.itemIds.length + (mapping ? await coldVectors.count(live.version) : 0);
    const [items, users] = await Promise.all([index.count(live.spaces.items), index.count(live.spaces.users)]);
    const lacking = await usersLacking(deps, live);
    metrics.indexSize.set({ kind: 'items' }, items);
    metrics.indexSize.set({ kind: 'users' }, users);
    metrics.indexMissing.set({ kind: 'items' }, Math.max(0, expected - items));
    for (const kind of ['users', 'user-vectors'] as const) {
      metrics.indexMissing.set({ kind }, [...lacking[kind]].filter((userId) => before[kind].has(userId)).length);
    }
    before = lacking;
  });
}

const NOBODY: Lacking = { users: new Set(), 'user-vectors': new Set() };

async function usersLacking(
  { sequences, userVectors, index }: WatchIndexDeps,
  { version, spaces }: OpenVersion,
): Promise<Lacking> {
  const userIds = await sequences.recentUsers(SAMPLE);
  if (userIds.length === 0) return NOBODY;
  const [stored, indexed] = await Promise.all([
    userVectors.get(version, userIds),
    index.vectors(spaces.users, userIds),
  ]);
  return {
    'user-vectors': new Set(userIds.filter((_, place) => !stored[place])),
    // Without a vector there is nothing to be in the index.
    users: new Set(userIds.filter((_, place) => (stored[place]?.vector.length ?? 0) > 0 && !indexed[place])),
  };
}
