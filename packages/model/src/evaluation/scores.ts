import { sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { itemPopularity, transitionCounts } from './click-counts.js';

/**
 * Scores all items for query after query: N + 1 numbers, [i] item i's and [0] the padding's, valid until the next is asked
 * for; undefined for a query that has no ranking.
 */
export type Scores = (inputs: SequenceBatch) => Iterable<ArrayLike<number> | undefined>;

/** Scores held at once. */
const scoresPerBlock = 2 ** 22;

/** Inner products of user and item vectors, by matrix products in blocks. An empty input has no ranking. */
export function encoderScores(encoder: SequenceEncoder): Scores {
  return function* scores(inputs) {
    const { dim, itemCount } = encoder;
    const { offsets } = inputs;
    const queries = sequenceCount(inputs);
    const users = encoder.encode(inputs);
    const items = floats(encoder.itemVectors(), [itemCount + 1, dim]);
    const perBlock = Math.max(1, Math.floor(scoresPerBlock / (itemCount + 1)));
    try {
      for (let start = 0; start < queries; start += perBlock) {
        const count = Math.min(perBlock, queries - start);
        const products = scope(() => {
          const block = floats(users.subarray(start * dim, (start + count) * dim), [count, dim]);
          return readFloats(matMul(block, items, { transposeB: true }));
        });
        for (let row = 0; row < count; row++) {
          const isEmpty = offsets[start + row] === offsets[start + row + 1];
          yield isEmpty ? undefined : products.subarray(row * (itemCount + 1), (row + 1) * (itemCount + 1));
        }
      }
    } finally {
      items.dispose();
    }
  };
}

/** Clicks in `train`, the same for everybody. */
export function popularityScores(train: SequenceBatch, itemCount: number): Scores {
  return same(itemPopularity(train, itemCount));
}

export interface RecentClicks {
  readonly train: SequenceBatch;
  readonly itemCount: number;
  /** When each click of `train` was, in milliseconds; as many as it has items. */
  readonly times: ArrayLike<number>;
  readonly days: number;
}

/** Clicks of the last days before the newest click of `train`, the same for everybody; equals by all clicks. */
export function recentPopularityScores({ train, itemCount, times, days }: RecentClicks): Scores {
  if (times.length !== train.items.length) {
    throw new ModelInputError(`${times.length} times for ${train.items.length} clicks`);
  }
  let newest = -Infinity;
  for (let at = 0; at < times.length; at++) newest = Math.max(newest, times[at]!);
  const since = newest - days * 24 * 60 * 60 * 1000;
  const lessThanOne = 1 / (train.items.length + 1);
  const scores = itemPopularity(train, itemCount).map((clicks) => clicks * lessThanOne);
  train.items.forEach((item, at) => {
    if (times[at]! > since) scores[item] = scores[item]! + 1;
  });
  return same(scores);
}

/** How often an item followed the query's last one in `train`; equals by popularity. */
export function markovScores(train: SequenceBatch, itemCount: number): Scores {
  const followers = transitionCounts(train);
  const lessThanOne = 1 / (train.items.length + 1);
  const popularity = itemPopularity(train, itemCount).map((clicks) => clicks * lessThanOne);
  return function* scores(inputs) {
    for (let query = 0; query < sequenceCount(inputs); query++) {
      const all = popularity.slice();
      const last = sequenceAt(inputs, query).at(-1) ?? 0;
      for (const [item, count] of followers.get(last) ?? []) all[item] = all[item]! + count;
      yield all;
    }
  };
}

function same(scores: Float64Array): Scores {
  return function* forEveryQuery(inputs) {
    for (let query = 0; query < sequenceCount(inputs); query++) yield scores;
  };
}
