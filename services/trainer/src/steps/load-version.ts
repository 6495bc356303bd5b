import { readVocabulary, VOCABULARY_FILE } from '@click-recall/encoding';
import { deserializeEncoder, ModelArtifactError, type SequenceEncoder } from '@click-recall/model';
import { DamagedModelError, UnknownModelError, type Registry } from '@click-recall/registry';
import { readTrainedClicks, TRAINED_FILE, type TrainedClicks } from './trained-clicks.js';

/** A stored version, ready to rank or to be trained further. Dispose of `encoder` after use. */
export interface LoadedVersion {
  readonly version: string;
  readonly encoder: SequenceEncoder;
  readonly itemIds: readonly string[];
  readonly trained: TrainedClicks;
}

/** Throws an error for which `isUnusable` holds when the version is not there or not whole. */
export async function loadVersion(registry: Pick<Registry, 'read'>, version: string): Promise<LoadedVersion> {
  const files = await registry.read(version);
  const trained = readTrainedClicks(version, files.get(TRAINED_FILE));
  const encoder = deserializeEncoder(files);
  try {
    const itemIds = readVocabulary(files.get(VOCABULARY_FILE), encoder.itemCount);
    return { version, encoder, itemIds, trained };
  } catch (error) {
    encoder.dispose();
    throw error;
  }
}

/** The stored version is at fault, not the store: trying again does not help. */
export function isUnusable(error: unknown): error is DamagedModelError | UnknownModelError | ModelArtifactError {
  return (
    error instanceof DamagedModelError || error instanceof UnknownModelError || error instanceof ModelArtifactError
  );
}
