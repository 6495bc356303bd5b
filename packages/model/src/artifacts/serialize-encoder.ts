import type { SequenceEncoder } from '../networks/encoder.js';

/** File name to content: weights, optimizer state, config, and a manifest of names, shapes and checksums. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

export function serializeEncoder(_encoder: SequenceEncoder): Map<string, Uint8Array> {
  throw new Error('not written yet');
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeEncoder(_files: ModelFiles): SequenceEncoder {
  throw new Error('not written yet');
}
