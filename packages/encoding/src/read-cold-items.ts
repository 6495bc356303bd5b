import { coldStartFiles, deserializeColdStart, ModelArtifactError, type ModelFiles } from '@click-recall/model';
import type { ColdItems } from './cold-items.js';

/**
 * The part of a version that gives vectors to items it has not seen; undefined for a version that was written without. Throws a
 * ModelArtifactError naming the file for one that is damaged, or not made for an encoder of `dim`.
 */
export function readColdItems(files: ModelFiles, dim: number): ColdItems | undefined {
  if (!coldStartFiles.some((name) => files.has(name))) return undefined;
  const coldStart = deserializeColdStart(files);
  if (coldStart.dim !== dim) {
    throw new ModelArtifactError(
      coldStartFiles[0],
      `gives vectors of ${coldStart.dim} numbers, the encoder has ${dim}`,
    );
  }
  return {
    vectorsOf(items) {
      const vectors = coldStart.coldItemVectors(items);
      return items.map((_, place) => vectors.slice(place * dim, (place + 1) * dim));
    },
  };
}
