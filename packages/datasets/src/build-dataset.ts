import { createHash } from 'node:crypto';
import { DataFileError } from './data-file-error.js';
import type { Dataset, Interactions, ItemFeatures, UserFeatures } from './dataset.js';

/** A row of a file of interactions. */
export interface InteractionRow {
  readonly user: string;
  readonly item: string;
  /** Milliseconds. Rows have a time either all or none; so with ratings. */
  readonly time?: number;
  readonly rating?: number;
}

export interface DatasetParts {
  readonly name: string;
  readonly file: string;
  /** In the order of the file. */
  readonly rows: readonly InteractionRow[];
  /** By id; an id without interactions is left out. */
  readonly items?: ReadonlyMap<string, ItemFeatures>;
  readonly users?: ReadonlyMap<string, UserFeatures>;
}

/**
 * Sorts rows by time, numbers users and items and puts their features beside them.
 *
 * @throws DataFileError when there is no row
 */
export function buildDataset({ name, file, rows, items, users }: DatasetParts): Dataset {
  const first = rows[0];
  if (first === undefined) throw new DataFileError(`${file}: has no interaction`);
  const timed = first.time !== undefined;
  const sorted = timed ? rows.toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0)) : rows;
  const userIndexes = new Map<string, number>();
  const itemIndexes = new Map<string, number>();
  const interactions: Interactions = {
    users: Int32Array.from(sorted, ({ user }) => indexOf(userIndexes, user)),
    items: Int32Array.from(sorted, ({ item }) => indexOf(itemIndexes, item) + 1),
    ...(timed && { times: Float64Array.from(sorted, ({ time }) => time ?? 0) }),
    ...(first.rating !== undefined && { ratings: Float32Array.from(sorted, ({ rating }) => rating ?? 0) }),
  };
  const content = {
    userIds: [...userIndexes.keys()],
    itemIds: [...itemIndexes.keys()],
    ...(items && { items: [...itemIndexes.keys()].map((id) => items.get(id) ?? noFeatures) }),
    ...(users && { users: [...userIndexes.keys()].map((id) => users.get(id) ?? {}) }),
  };
  return { name, ...content, interactions, fingerprint: fingerprintOf(content, interactions) };
}

const noFeatures: ItemFeatures = { title: '', categories: [], fields: {} };

function indexOf(indexes: Map<string, number>, id: string): number {
  const known = indexes.get(id);
  if (known !== undefined) return known;
  indexes.set(id, indexes.size);
  return indexes.size - 1;
}

function fingerprintOf(content: object, { users, items, times, ratings }: Interactions): string {
  const hash = createHash('sha256').update(JSON.stringify(content));
  for (const column of [users, items, times, ratings]) {
    if (column) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}
