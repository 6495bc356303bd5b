export type { Match, SearchOptions, Space, VectorEntry, VectorIndex } from './vector-index.js';
export { InvalidVectorError } from './errors.js';
export { clamp, liftFor } from './lift.js';
export { shardsFor } from './shards-for.js';
export { createVectorSetIndex } from './create-vector-set-index.js';
export { createQueryEngineIndex } from './create-query-engine-index.js';
export { createExactIndex } from './create-exact-index.js';
export { chooseIndex } from './choose-index.js';
export { recallAgainstExact } from './recall-against-exact.js';
