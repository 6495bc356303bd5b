import type { ModelFiles } from '@click-recall/model';
import { createLoadedVersions, type LoadedVersions } from './loaded-versions.js';
import { createVersionedEncoder, type OnEncode, type VersionedEncoder } from './versioned-encoder.js';

export interface EncodersOptions {
  /** Reads a version's files and verifies them; the registry. */
  readonly read: (version: string) => Promise<ModelFiles>;
  readonly releaseAfterMs?: number;
  readonly onEncode?: OnEncode;
}

/** The model versions in memory. `get` rejects with the errors of `read` and ModelArtifactError. */
export type Encoders = LoadedVersions<VersionedEncoder>;

export function createEncoders({ read, releaseAfterMs, onEncode }: EncodersOptions): Encoders {
  return createLoadedVersions({
    load: async (version) => {
      const encoder = createVersionedEncoder(version, await read(version), onEncode);
      await warm(encoder);
      return encoder;
    },
    releaseAfterMs,
  });
}

/** The first run of a graph costs many times the later ones (kernels, thread pools): not on a user's click. */
async function warm(encoder: VersionedEncoder): Promise<void> {
  const [itemId] = encoder.itemIds;
  if (itemId === undefined) return;
  for (const size of [1, 8, 64]) await encoder.encode(Array.from({ length: size }, () => [itemId]));
}
