import type { ModelFiles, Ranker, RankQuery } from '@click-recall/model';
import { readStage, STAGE_FILE, type RankerStage } from './ranker-stage.js';
import { runTogether } from './run-together.js';
import type { VersionedEncoder } from './versioned-encoder.js';

/** Lists in one run at most: the thread is held for some milliseconds, and no longer. */
const SLICE = 16;

/** At a few hundred requests a second, two or three of them then share a run, and the thread is free for their other steps. */
const REST_MS = 4;

/** Told of each run. */
export type OnRank = (lists: number, seconds: number) => void;

/** What an encoder recalled for a user. */
export interface RankList {
  /** The user's items, newest click first, none twice; as many as there are. */
  readonly seen: readonly string[];
  /** Best recalled first. */
  readonly candidates: readonly { readonly itemId: string; readonly score: number }[];
}

/** A ranker version that speaks of items by their ids, beside the encoder that it belongs to. */
export interface VersionedRanker extends RankerStage {
  readonly version: string;
  /**
   * One finite score a candidate, a list each; the larger, the better. Callers of the same moment share a run, and the event loop turns
   * between two. Rejects where the ranker has no number for a candidate.
   */
  rank(lists: readonly RankList[]): Promise<Float32Array[]>;
  dispose(): void;
}

/** Makes a ranker of its files and the encoder's item vectors, (N + 1) x D with the padding in row 0; throws a ModelArtifactError. */
export type DeserializeRanker = (files: ModelFiles, vectors: Float32Array, dim: number) => Ranker;

/** Throws an Error for a ranker of another encoder, the errors of `deserialize` for anything damaged or missing. */
export function createVersionedRanker(
  version: string,
  files: ModelFiles,
  encoder: VersionedEncoder,
  deserialize: DeserializeRanker,
  onRank?: OnRank,
): VersionedRanker {
  const stage = readStage(files.get(STAGE_FILE));
  if (stage.modelVersion !== encoder.version) {
    throw new Error(`the ranker ${version} belongs to ${stage.modelVersion}, not to ${encoder.version}`);
  }
  const ranker = deserialize(files, withPadding(encoder), encoder.dim);
  const itemOf = (itemId: string): number => (encoder.rowOf(itemId) ?? -1) + 1;

  function* itemsOf(itemIds: readonly string[]): Generator<number> {
    for (const itemId of itemIds) yield itemOf(itemId);
  }

  const queryOf = ({ seen, candidates }: RankList): RankQuery => ({
    history: historyOf(itemsOf(seen), stage.history),
    candidates: Int32Array.from(candidates, ({ itemId }) => itemOf(itemId)),
    recallScores: Float32Array.from(candidates, ({ score }) => score),
  });

  const rank = (lists: readonly RankList[]): Float32Array[] => {
    const started = performance.now();
    const scores = ranker.score(lists.map(queryOf));
    onRank?.(lists.length, (performance.now() - started) / 1000);
    if (!scores.every((list) => list.every(Number.isFinite))) throw new Error(`${version} gives no number for an item`);
    return scores;
  };

  return { version, ...stage, rank: runTogether(rank, SLICE, REST_MS), dispose: () => ranker.dispose() };
}

/**
 * What a ranker looks at of a user: the newest distinct items that the encoder knows, oldest first. Asks for no more of them than
 * it needs.
 *
 * @param newestFirst item indexes, none twice, 0 for an unknown one
 */
export function historyOf(newestFirst: Iterable<number>, most: number): Int32Array {
  const newest: number[] = [];
  for (const item of newestFirst) {
    if (newest.length === most) break;
    if (item > 0) newest.push(item);
  }
  return Int32Array.from(newest).reverse();
}

function withPadding(encoder: VersionedEncoder): Float32Array {
  const vectors = encoder.itemVectors();
  const padded = new Float32Array(vectors.length + encoder.dim);
  padded.set(vectors, encoder.dim);
  return padded;
}
