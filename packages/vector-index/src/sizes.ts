import type { Space } from './vector-index.js';

/** How long a size that only decides between two ways of searching may be out of date. */
const MAX_AGE_MS = 5_000;

/** Remembers how many elements each shard of a space has, so that a search does not have to ask first. */
export function createSizes(ask: (space: Space) => Promise<number[]>): {
  of(space: Space): Promise<number[]>;
  forget(space: Space): void;
} {
  const known = new Map<string, { sizes: Promise<number[]>; at: number }>();
  const keyOf = ({ version, kind, shards }: Space): string => JSON.stringify([version, kind, shards]);
  return {
    of: (space) => {
      const key = keyOf(space);
      const entry = known.get(key);
      if (entry && performance.now() - entry.at < MAX_AGE_MS) return entry.sizes;
      const sizes = ask(space);
      known.set(key, { sizes, at: performance.now() });
      // A failure is not remembered.
      sizes.catch(() => known.delete(key));
      return sizes;
    },
    forget: (space) => {
      known.delete(keyOf(space));
    },
  };
}
