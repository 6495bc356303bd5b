import type { Lift } from '@click-recall/redis';
import type { Space } from '@click-recall/vector-index';

/** The two indexes of a model version. */
export interface Spaces {
  readonly items: Space;
  readonly users: Space;
}

/** One key an index holds hundreds of thousands of vectors; a Cluster that is to share the work of one index wants more. */
const SHARDS = 1;

/** Follows from the version alone, so that whoever writes an index and whoever searches it agree. */
export function spacesOf(version: string, dim: number, lift: Lift): Spaces {
  return {
    items: { version, kind: 'items', dim, maxNorm: lift.items, shards: SHARDS },
    users: { version, kind: 'users', dim, maxNorm: lift.users, shards: SHARDS },
  };
}
