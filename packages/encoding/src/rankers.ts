import type { ModelFiles } from '@click-recall/model';
import type { Encoders } from './encoders.js';
import { createLoadedVersions, type LoadedVersions } from './loaded-versions.js';
import { readStage, STAGE_FILE } from './ranker-stage.js';
import {
  createVersionedRanker,
  type DeserializeRanker,
  type OnRank,
  type VersionedRanker,
} from './versioned-ranker.js';

export interface RankersOptions {
  /** Reads a ranker's files and verifies them; the registry. */
  readonly read: (version: string) => Promise<ModelFiles>;
  /** The encoders that they belong to. */
  readonly encoders: Pick<Encoders, 'get'>;
  readonly deserialize: DeserializeRanker;
  readonly releaseAfterMs?: number;
  readonly onRank?: OnRank;
}

/** The rankers in memory. `get` rejects with the errors of `read`, of the encoder, and ModelArtifactError. */
export type Rankers = LoadedVersions<VersionedRanker>;

export function createRankers({ read, encoders, deserialize, releaseAfterMs, onRank }: RankersOptions): Rankers {
  return createLoadedVersions({
    load: async (version) => {
      const files = await read(version);
      const encoder = await encoders.get(readStage(files.get(STAGE_FILE)).modelVersion);
      const ranker = createVersionedRanker(version, files, encoder, deserialize, onRank);
      await warm(ranker, encoder.itemIds);
      return ranker;
    },
    releaseAfterMs,
  });
}

/** The first run costs many times the later ones: not on a user's click. */
async function warm(ranker: VersionedRanker, itemIds: readonly string[]): Promise<void> {
  const candidates = itemIds.slice(0, ranker.candidates).map((itemId) => ({ itemId, score: 0 }));
  const list = { seen: itemIds.slice(0, ranker.history), candidates };
  for (const size of [1, 16]) await ranker.rank(Array.from({ length: size }, () => list));
}
