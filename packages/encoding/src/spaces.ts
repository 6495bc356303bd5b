import type { Lift } from '@click-recall/redis';
import type { Space } from '@click-recall/vector-index';

/** The two indexes of a model version. */
export interface Spaces {
  readonly items: Space;
  readonly users: Space;
}

/** Follows from what the version's record says, so that whoever writes an index and whoever searches it agree. */
export function spacesOf(version: string, dim: number, { items, users, shards = 1 }: Lift): Spaces {
  return {
    items: { version, kind: 'items', dim, maxNorm: items, shards },
    users: { version, kind: 'users', dim, maxNorm: users, shards },
  };
}
