export interface LoadedVersionsOptions<T> {
  /** Loads a version, warm. */
  readonly load: (version: string) => Promise<T>;
  /** Ms from a version's last use by `keepOnly` to the release of its memory, so that work under way can end. Default 60,000. */
  readonly releaseAfterMs?: number | undefined;
}

/** Versions in memory: each loaded once, warm before it is handed out. */
export interface LoadedVersions<T> {
  /** The errors of `load`; a failed one is tried anew by the next call. */
  get(version: string): Promise<T>;
  /** The version if it is loaded and warm already. */
  loaded(version: string): T | undefined;
  /** Keeps a version, loaded or not, whatever `keepOnly` says, until the answer is called. */
  hold(version: string): () => void;
  /** Lets go of all other versions. */
  keepOnly(versions: readonly string[]): void;
  close(): void;
}

interface Entry<T> {
  readonly promise: Promise<T>;
  value?: T;
}

export function createLoadedVersions<T extends { dispose(): void }>({
  load,
  releaseAfterMs = 60_000,
}: LoadedVersionsOptions<T>): LoadedVersions<T> {
  const entries = new Map<string, Entry<T>>();
  /** How often each is held. */
  const held = new Map<string, number>();
  const releases = new Map<NodeJS.Timeout, T>();

  const release = (value: T): void => {
    const timer = setTimeout(() => {
      releases.delete(timer);
      value.dispose();
    }, releaseAfterMs);
    timer.unref();
    releases.set(timer, value);
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
      const entry: Entry<T> = { promise: load(version) };
      entries.set(version, entry);
      entry.promise.then(
        (value) => (entry.value = value),
        () => entries.get(version) === entry && entries.delete(version),
      );
      return entry.promise;
    },
    loaded: (version) => entries.get(version)?.value,
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
      for (const [timer, value] of releases) {
        clearTimeout(timer);
        value.dispose();
      }
      releases.clear();
      for (const { value } of entries.values()) value?.dispose();
      entries.clear();
    },
  };
}
