import { spacesOf, type Spaces, type VersionedEncoder, type VersionedRanker } from '@click-recall/encoding';
import type { Activation } from '@click-recall/redis';

/** The model version that answers are made of: its encoder, its indexes and its ranker, together. */
export interface LiveModel {
  readonly version: string;
  /** Orders what was recalled; undefined where none is live, or the live one cannot be used. */
  readonly ranker: VersionedRanker | undefined;
  /** When the newest of these went live, ms since the epoch. */
  readonly activatedAt: number;
  readonly encoder: VersionedEncoder;
  readonly spaces: Spaces;
  /** Items that the encoder has not seen may be in its index as well. */
  readonly hasMapping: boolean;
  /** Items x D; row r belongs to `encoder.itemIds[r]`. */
  readonly itemVectors: Float32Array;
}

/** With what was in use `before`: beside the same encoder the item vectors are shared, which are hundreds of megabytes of a large catalogue. */
export function liveModelOf(
  activation: Activation,
  encoder: VersionedEncoder,
  ranker: VersionedRanker | undefined,
  before?: LiveModel,
): LiveModel {
  const { encoder: version, lift, mapping } = activation;
  return {
    version,
    ranker,
    activatedAt: liveSince(activation),
    encoder,
    spaces: spacesOf(version, encoder.dim, lift),
    hasMapping: mapping !== '',
    itemVectors: before?.encoder === encoder ? before.itemVectors : encoder.itemVectors(),
  };
}

/** When the newest of the versions went live, ms since the epoch. */
export function liveSince({ activatedAt, rankerActivatedAt = 0 }: Activation): number {
  return Math.max(activatedAt, rankerActivatedAt);
}

/** A view of the vector of an item, or undefined for an item that the model has not seen. */
export function itemVector({ encoder, itemVectors }: LiveModel, itemId: string): Float32Array | undefined {
  const row = encoder.rowOf(itemId);
  return row === undefined ? undefined : itemVectors.subarray(row * encoder.dim, (row + 1) * encoder.dim);
}
