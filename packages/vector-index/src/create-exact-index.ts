import { checkQuery, checkVector } from './errors.js';
import { clamp } from './lift.js';
import { bestMatches } from './order.js';
import type { Match, SearchOptions, Space, VectorIndex } from './vector-index.js';

/** Rows of one space: a matrix that grows by doubling; a removed row's place is taken by the last one. */
interface Rows {
  readonly ids: string[];
  readonly places: Map<string, number>;
  matrix: Float32Array;
}

/** Everything in the memory of this process, every search a scan: what the other backends are measured by, and for tests. */
export function createExactIndex(): VectorIndex {
  const spaces = new Map<string, Rows>();
  const keyOf = ({ version, kind }: Space): string => JSON.stringify([version, kind]);
  const rowsOf = (space: Space): Rows | undefined => spaces.get(keyOf(space));

  const search = (space: Space, query: Float32Array, { limit }: SearchOptions): Match[] => {
    checkQuery(space, query);
    const rows = rowsOf(space);
    return rows && limit > 0 ? bestMatches(rows.ids, scoresOf(rows, query), limit) : [];
  };

  return {
    backend: 'exact',
    upsert: async (space, entries) => {
      for (const { id, vector } of entries) checkVector(space, vector, `the vector of ${id}`);
      const rows = rowsOf(space) ?? { ids: [], places: new Map<string, number>(), matrix: new Float32Array() };
      spaces.set(keyOf(space), rows);
      let count = 0;
      for (const { id, vector } of entries) {
        const { vector: fitting, clamped } = clamp(space, vector);
        write(rows, space.dim, id, fitting);
        if (clamped) count += 1;
      }
      return { clamped: count };
    },
    remove: async (space, ids) => {
      const rows = rowsOf(space);
      return rows ? ids.filter((id) => removeRow(rows, space.dim, id)).length : 0;
    },
    search: async (space, query, options) => search(space, query, options),
    searchMany: async (space, queries, options) => queries.map((query) => search(space, query, options)),
    vectors: async (space, ids) => {
      const rows = rowsOf(space);
      return ids.map((id) => {
        const place = rows?.places.get(id);
        return place === undefined ? undefined : rows?.matrix.slice(place * space.dim, (place + 1) * space.dim);
      });
    },
    count: async (space) => rowsOf(space)?.ids.length ?? 0,
    list: async function* (space) {
      const { ids } = rowsOf(space) ?? { ids: [] };
      if (ids.length > 0) yield [...ids];
    },
    drop: async (space) => {
      spaces.delete(keyOf(space));
    },
  };
}

function scoresOf({ ids, matrix }: Rows, query: Float32Array): Float64Array {
  const scores = new Float64Array(ids.length);
  const dim = query.length;
  for (let row = 0, start = 0; row < ids.length; row += 1, start += dim) {
    let sum = 0;
    for (let column = 0; column < dim; column += 1) sum += (matrix[start + column] ?? 0) * (query[column] ?? 0);
    scores[row] = sum;
  }
  return scores;
}

function write(rows: Rows, dim: number, id: string, vector: Float32Array): void {
  let place = rows.places.get(id);
  if (place === undefined) {
    place = rows.ids.push(id) - 1;
    rows.places.set(id, place);
  }
  if ((place + 1) * dim > rows.matrix.length) {
    const larger = new Float32Array(Math.max(64 * dim, rows.matrix.length * 2));
    larger.set(rows.matrix);
    rows.matrix = larger;
  }
  rows.matrix.set(vector, place * dim);
}

function removeRow(rows: Rows, dim: number, id: string): boolean {
  const place = rows.places.get(id);
  const last = rows.ids.pop();
  if (place === undefined || last === undefined) {
    if (last !== undefined) rows.ids.push(last);
    return false;
  }
  rows.places.delete(id);
  if (last !== id) {
    rows.ids[place] = last;
    rows.places.set(last, place);
    rows.matrix.copyWithin(place * dim, rows.ids.length * dim, (rows.ids.length + 1) * dim);
  }
  return true;
}
