import { spacesOf, type Spaces, type VersionedEncoder } from '@click-recall/encoding';
import type { Activation } from '@click-recall/redis';

/** The model version that answers are made of: its encoder and its indexes, together. */
export interface LiveModel {
  readonly version: string;
  readonly ranker: string;
  /** ms since the epoch. */
  readonly activatedAt: number;
  readonly encoder: VersionedEncoder;
  readonly spaces: Spaces;
  /** Items x D; row r belongs to `encoder.itemIds[r]`. */
  readonly itemVectors: Float32Array;
}

export function liveModelOf(activation: Activation, encoder: VersionedEncoder): LiveModel {
  const { encoder: version, ranker, activatedAt, lift } = activation;
  return {
    version,
    ranker,
    activatedAt,
    encoder,
    spaces: spacesOf(version, encoder.dim, lift),
    itemVectors: encoder.itemVectors(),
  };
}

/** A view of the vector of an item, or undefined for an item that the model has not seen. */
export function itemVector({ encoder, itemVectors }: LiveModel, itemId: string): Float32Array | undefined {
  const row = encoder.rowOf(itemId);
  return row === undefined ? undefined : itemVectors.subarray(row * encoder.dim, (row + 1) * encoder.dim);
}
