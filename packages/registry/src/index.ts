export type { ArtifactInfo, Registry } from './registry.js';
export { createRegistry } from './create-registry.js';
export { DamagedModelError, ModelExistsError, RegistryUrlError, UnknownModelError } from './errors.js';
export { isRankerId, newRankerId, newVersionId } from './version-id.js';
