import type { Space, VectorIndex } from './vector-index.js';

/** Queries in a round trip. */
const SLICE = 16;

/**
 * Mean share of the exact nearest `k` that the index finds by its approximate search, 0..1; 1 for an empty space.
 * Elements that score the same as the last of the exact ones count as found: which of them is named is chance.
 */
export async function recallAgainstExact(
  index: VectorIndex,
  space: Space,
  queries: readonly Float32Array[],
  k: number,
  effort?: number,
): Promise<number> {
  let sum = 0;
  let counted = 0;
  for (let start = 0; start < queries.length; start += SLICE) {
    const slice = queries.slice(start, start + SLICE);
    const [exact, found] = await Promise.all([
      index.searchMany(space, slice, { limit: k, exact: true }),
      index.searchMany(space, slice, { limit: k, exact: false, ...(effort !== undefined && { effort }) }),
    ]);
    exact.forEach((truth, place) => {
      const worst = truth.at(-1);
      if (!worst) return;
      const ids = new Set(truth.map(({ id }) => id));
      const hits = (found[place] ?? []).filter(({ id, score }) => ids.has(id) || score >= worst.score).length;
      sum += Math.min(hits, truth.length) / truth.length;
      counted += 1;
    });
  }
  return counted === 0 ? 1 : sum / counted;
}
