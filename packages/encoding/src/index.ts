export type { OnEncode, VersionedEncoder } from './versioned-encoder.js';
export { createVersionedEncoder } from './versioned-encoder.js';
export { createEncoders, type Encoders, type EncodersOptions } from './encoders.js';
export { openEncoders } from './open-encoders.js';
export { spacesOf, type Spaces } from './spaces.js';
export { VOCABULARY_FILE, readVocabulary, writeVocabulary } from './vocabulary.js';
