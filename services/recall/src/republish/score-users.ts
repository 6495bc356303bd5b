import type { RecommendedItem } from '@click-recall/contracts';
import { sequenceBatch, topK } from '@click-recall/model';
import type { LiveModel } from '../live/live-model.js';

/** A user to be recommended to. */
export interface ScoredUser {
  readonly vector: Float32Array;
  readonly seen: readonly string[];
}

/**
 * The `k` nearest unseen items of many users at once, exactly: one matrix product in place of a search each.
 *
 * @param eligible one flag an item, in the order of the model's items; 0 leaves it out for all
 */
export async function scoreUsers(
  { encoder, itemVectors }: LiveModel,
  users: readonly ScoredUser[],
  eligible: Uint8Array,
  k: number,
): Promise<RecommendedItem[][]> {
  if (users.length === 0) return [];
  const { dim, itemIds } = encoder;
  const queries = new Float32Array(users.length * dim);
  users.forEach(({ vector }, place) => queries.set(vector, place * dim));
  const seenRows = users.map(({ seen }) =>
    seen.map((itemId) => encoder.rowOf(itemId)).filter((row) => row !== undefined),
  );
  const exclude = sequenceBatch(seenRows);
  const { rows, scores } = await topK({ queries, candidates: itemVectors, dim, k, exclude, eligible });
  return users.map((_, place) => {
    const found: RecommendedItem[] = [];
    for (let rank = place * k; rank < (place + 1) * k && rows[rank]! >= 0; rank++) {
      found.push({ itemId: itemIds[rows[rank]!]!, score: scores[rank]!, channel: 'nearest' });
    }
    return found;
  });
}
