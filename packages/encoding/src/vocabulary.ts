import { ModelArtifactError } from '@click-recall/model';

/** Name of the file of a model version that says which item each index is. */
export const VOCABULARY_FILE = 'vocabulary.json';

/** The items of the model in the order of their indexes: index i, from 1, is `itemIds[i - 1]`. */
export function writeVocabulary(itemIds: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(itemIds));
}

/** Throws a ModelArtifactError unless the bytes are `itemCount` different item ids. */
export function readVocabulary(bytes: Uint8Array | undefined, itemCount: number): string[] {
  if (bytes === undefined) throw new ModelArtifactError(VOCABULARY_FILE, 'is missing');
  const itemIds = parseJson(bytes);
  if (!Array.isArray(itemIds) || !itemIds.every((id) => typeof id === 'string' && id !== '')) {
    throw new ModelArtifactError(VOCABULARY_FILE, 'is not a list of item ids');
  }
  if (itemIds.length !== itemCount) {
    throw new ModelArtifactError(VOCABULARY_FILE, `has ${itemIds.length} items, the weights have ${itemCount}`);
  }
  if (new Set(itemIds).size !== itemCount) throw new ModelArtifactError(VOCABULARY_FILE, 'has an item twice');
  return itemIds;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ModelArtifactError(VOCABULARY_FILE, 'is not JSON');
  }
}
