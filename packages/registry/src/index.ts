export type { ArtifactInfo, Registry } from './registry.js';
export { createRegistry } from './create-registry.js';
export { DamagedModelError, ModelExistsError, RegistryUrlError, UnknownModelError } from './errors.js';
export { newVersionId } from './version-id.js';
