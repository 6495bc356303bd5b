import {
  createSequenceEncoder,
  defaultModelConfig,
  serializeEncoder,
  type SequenceEncoderConfig,
} from '@click-recall/model';
import { VOCABULARY_FILE, writeVocabulary } from './vocabulary.js';

const CONFIG = { ...defaultModelConfig.encoder, sequenceLength: 8, dim: 16, layers: 1, dropout: 0 };

/** The files of a small model with random weights, for tests; another seed gives other vectors. */
export function testModelFiles(
  itemIds: readonly string[],
  seed = 1,
  changes: Partial<SequenceEncoderConfig> = {},
): Map<string, Uint8Array> {
  const encoder = createSequenceEncoder({ ...CONFIG, ...changes }, itemIds.length, seed);
  const files = serializeEncoder(encoder);
  encoder.dispose();
  return files.set(VOCABULARY_FILE, writeVocabulary(itemIds));
}
