export { createVersionedEncoder, type VersionedEncoder } from './versioned-encoder.js';
export { createEncoders, type Encoders, type EncodersOptions } from './encoders.js';
export { VOCABULARY_FILE, readVocabulary, writeVocabulary } from './vocabulary.js';
