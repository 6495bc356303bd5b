import type { ModelFiles } from '@click-recall/model';
import { createVersionedEncoder, type OnEncode, type VersionedEncoder } from './versioned-encoder.js';

export interface EncodersOptions {
  /** Reads a version's files and verifies them; the registry. */
  readonly read: (version: string) => Promise<ModelFiles>;
  /** Ms from a version's last use by `keepOnly` to the release of its memory, so that work under way can end. Default 60,000. */
  readonly releaseAfterMs?: number;
  readonly onEncode?: OnEncode;
}

/** The model versions in memory: each loaded once, warm before it is handed out. */
export interface Encoders {
  /** The errors of `read` and ModelArtifactError; a failed load is tried anew by the next call. */
  get(version: string): Promise<VersionedEncoder>;
  /** The version if it is loaded and warm already. */
  loaded(version: string): VersionedEncoder | undefined;
  /** Keeps a version, loaded or not, whatever `keepOnly` says, until the answer is called. */
  hold(version: string): () => void;
  /** Lets go of all other versions. */
  keepOnly(versions: readonly string[]): void;
  close(): void;
}

interface Entry {
  readonly promise: Promise<VersionedEncoder>;
  encoder?: VersionedEncoder;
}

export function createEncoders({ read, releaseAfterMs = 60_000, onEncode }: EncodersOptions): Encoders {
  const entries = new Map<string, Entry>();
  /** How often each is held. */
  const held = new Map<string, number>();
  const releases = new Map<NodeJS.Timeout, VersionedEncoder>();

  const load = async (version: string): Promise<VersionedEncoder> => {
    const encoder = createVersionedEncoder(version, await read(version), onEncode);
    await warm(encoder);
    return encoder;
  };

  const release = (encoder: VersionedEncoder): void => {
    const timer = setTimeout(() => {
      releases.delete(timer);
      encoder.dispose();
    }, releaseAfterMs);
    timer.unref();
    releases.set(timer, encoder);
  };

  const drop = (version: string): void => {
    const entry = entries.get(version);
    entries.delete(version);
    entry?.promise.then(release, () => undefined);
  };

  return {
    get(version) {
      const known = entries.get(version);
      if (known) return known.promise;
      const entry: Entry = { promise: load(version) };
      entries.set(version, entry);
      entry.promise.then(
        (encoder) => (entry.encoder = encoder),
        () => entries.get(version) === entry && entries.delete(version),
      );
      return entry.promise;
    },
    loaded: (version) => entries.get(version)?.encoder,
    hold(version) {
      held.set(version, (held.get(version) ?? 0) + 1);
      let done = false;
      return () => {
        if (done) return;
        done = true;
        const left = (held.get(version) ?? 1) - 1;
        if (left > 0) held.set(version, left);
        else held.delete(version);
      };
    },
    keepOnly(versions) {
      for (const version of [...entries.keys()]) {
        if (!versions.includes(version) && !held.has(version)) drop(version);
      }
    },
    close() {
      for (const [timer, encoder] of releases) {
        clearTimeout(timer);
        encoder.dispose();
      }
      releases.clear();
      for (const { encoder } of entries.values()) encoder?.dispose();
      entries.clear();
    },
  };
}

/** The first run of a graph costs many times the later ones (kernels, thread pools): not on a user's click. */
async function warm(encoder: VersionedEncoder): Promise<void> {
  const [itemId] = encoder.itemIds;
  if (itemId === undefined) return;
  for (const size of [1, 8, 64]) await encoder.encode(Array.from({ length: size }, () => [itemId]));
}
