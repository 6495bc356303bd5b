import type { RecommendedItem } from '@click-recall/contracts';
import { sequenceBatch, topK } from '@click-recall/model';
import type { Candidates } from './read-catalogue.js';

/** A user to be recommended to. */
export interface ScoredUser {
  readonly vector: Float32Array;
  readonly seen: readonly string[];
}

/**
 * The `k` nearest unseen items of many users at once, exactly: a matrix product with each part of the catalogue in place of a search each.
 *
 * @param isEligible leaves items out for all
 */
export async function scoreUsers(
  catalogue: readonly Candidates[],
  users: readonly ScoredUser[],
  isEligible: (itemId: string) => boolean,
  k: number,
): Promise<RecommendedItem[][]> {
  const [first] = users;
  if (!first) return [];
  const dim = first.vector.length;
  const queries = new Float32Array(users.length * dim);
  users.forEach(({ vector }, place) => queries.set(vector, place * dim));
  const lists: RecommendedItem[][] = users.map(() => []);
  for (const { channel, itemIds, vectors, rowOf } of catalogue) {
    const seenRows = users.map(({ seen }) => seen.map(rowOf).filter((row) => row !== undefined));
    const exclude = sequenceBatch(seenRows);
    const eligible = Uint8Array.from(itemIds, (itemId) => (isEligible(itemId) ? 1 : 0));
    const { rows, scores } = await topK({ queries, candidates: vectors, dim, k, exclude, eligible });
    lists.forEach((list, place) => {
      for (let rank = place * k; rank < (place + 1) * k && rows[rank]! >= 0; rank++) {
        list.push({ itemId: itemIds[rows[rank]!]!, score: scores[rank]!, channel });
      }
    });
  }
  return catalogue.length === 1 ? lists : lists.map((list) => list.sort((a, b) => b.score - a.score).slice(0, k));
}
