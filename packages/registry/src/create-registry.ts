import { RegistryUrlError } from './errors.js';
import { createFileRegistry } from './file-registry.js';
import type { Registry } from './registry.js';

/** The registry at `url`: `file:` and a folder, absolute (`file:///data/models`) or relative (`file:data/models`). Throws a RegistryUrlError. */
export function createRegistry(url: string): Registry {
  if (url.startsWith('file:')) return createFileRegistry(url);
  throw new RegistryUrlError(`REGISTRY_URL must be a file: folder, not ${JSON.stringify(url.split(':', 1)[0] + ':')}`);
}
