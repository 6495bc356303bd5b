import { hashBucket } from '../../data/hash-bucket.js';
import type { ItemFollowers } from '../../data/item-followers.js';
import { ModelInputError } from '../../errors.js';
import type { RankQuery } from './ranker.js';

/** Lists of equally many candidates, so that none is padding. */
export interface RankBatch {
  readonly lists: number;
  /** C */
  readonly candidates: number;
  /** T, at least 1. */
  readonly clicks: number;
  /** Lists x T item indexes, 0 at padding, the newest last. */
  readonly historyItems: Int32Array;
  /** Lists x C item indexes. */
  readonly candidateItems: Int32Array;
  /** Lists x C rows of the table of candidates' own vectors. */
  readonly candidateBuckets: Int32Array;
  /** Lists x C: recalled scores less the best of their list. */
  readonly scores: Float32Array;
  /** Lists x C x `numericCount`. */
  readonly numeric: Float32Array;
}

/** How many numbers `rankBatch` says of a candidate. */
export const numericCount = 8;

/** What a batch is made with. */
export interface BatchSettings {
  readonly history: number;
  readonly itemBuckets: number;
  /** Of each item, [0] of an unknown one: the log of its clicks, standardised. */
  readonly popularity: Float32Array;
  readonly followers: FollowerScores;
}

export function rankBatch(queries: readonly RankQuery[], settings: BatchSettings): RankBatch {
  const lists = queries.length;
  const candidates = queries[0]?.candidates.length ?? 0;
  const longest = queries.reduce((most, { history }) => Math.max(most, history.length), 1);
  const clicks = Math.min(longest, settings.history);
  const historyItems = new Int32Array(lists * clicks);
  const candidateItems = new Int32Array(lists * candidates);
  const scores = new Float32Array(lists * candidates);
  const numeric = new Float32Array(lists * candidates * numericCount);
  queries.forEach((query, list) => {
    const newest = query.history.subarray(-clicks);
    historyItems.set(newest, (list + 1) * clicks - newest.length);
    candidateItems.set(query.candidates, list * candidates);
    const { highest, mean, deviation } = spread(query.recallScores);
    const { next, together } = settings.followers({ ...query, history: newest });
    query.recallScores.forEach((score, place) => {
      const row = list * candidates + place;
      const item = query.candidates[place]!;
      scores[row] = score - highest;
      numeric.set(
        [
          score - highest,
          (score - mean) / deviation,
          Math.log1p(place) / Math.log1p(candidates),
          1 / (1 + place),
          settings.popularity[item]!,
          item === 0 ? 1 : 0,
          next[place]!,
          together[place]!,
        ],
        row * numericCount,
      );
    });
  });
  const candidateBuckets = bucketsOf(candidateItems, settings);
  return { lists, candidates, clicks, historyItems, candidateItems, candidateBuckets, scores, numeric };
}

/** How strongly each candidate follows the newest clicks: logs, less their mean over the list. */
export type FollowerScores = (query: RankQuery) => { readonly next: Float32Array; readonly together: Float32Array };

/** Newest clicks that count, and how much less each does than the one after it. */
const nextClicks = { count: 10, decay: 0.8 };
const togetherClicks = { count: 20, decay: 0.9 };
/** Added before the log: what following nothing is worth. */
const nextFloor = 0.01;
const togetherFloor = 0.1;

/** Keeps two numbers an item, used anew for each query. Without followers all candidates are alike. */
export function createFollowerScores(followers: ItemFollowers | undefined, itemCount: number): FollowerScores {
  const next = new Float32Array(itemCount + 1);
  const together = new Float32Array(itemCount + 1);
  return ({ history, candidates }) => {
    if (followers === undefined) {
      return { next: new Float32Array(candidates.length), together: new Float32Array(candidates.length) };
    }
    const { offsets, items } = followers;
    const newest = history.subarray(-togetherClicks.count).toReversed();
    newest.forEach((item, back) => {
      const nextWeight = back < nextClicks.count ? nextClicks.decay ** back : 0;
      const togetherWeight = togetherClicks.decay ** back;
      for (let entry = offsets[item]!; entry < offsets[item + 1]!; entry++) {
        next[items[entry]!]! += nextWeight * followers.next[entry]!;
        together[items[entry]!]! += togetherWeight * followers.together[entry]!;
      }
    });
    const scores = {
      next: centred(Float32Array.from(candidates, (item) => Math.log(next[item]! + nextFloor))),
      together: centred(Float32Array.from(candidates, (item) => Math.log(together[item]! + togetherFloor))),
    };
    for (const item of newest) {
      const [start, end] = [offsets[item]!, offsets[item + 1]!];
      for (let entry = start; entry < end; entry++) next[items[entry]!] = together[items[entry]!] = 0;
    }
    return scores;
  };
}

function centred(values: Float32Array): Float32Array {
  const { mean } = spread(values);
  return values.map((value) => value - mean);
}

/** Items have a row each while there is room, and share rows by hashing after that. */
function bucketsOf(items: Int32Array, { itemBuckets, popularity }: BatchSettings): Int32Array {
  if (itemBuckets === 0) return items;
  return popularity.length - 1 <= itemBuckets ? items : items.map((item) => hashBucket(item, itemBuckets));
}

/** The log of counts by item, with mean 0 and deviation 1 over the items; [0], which is no item, has 0. */
export function standardisedLogs(clicks: Float32Array): Float32Array {
  const logs = clicks.map((count) => Math.log1p(count));
  const { mean, deviation } = spread(logs.subarray(1));
  return logs.map((value, item) => (item === 0 ? 0 : (value - mean) / deviation));
}

/** Throws a ModelInputError for arrays that do not fit, an item outside 0 to `itemCount` or a score that is no number. */
export function checkQueries(queries: readonly RankQuery[], itemCount: number): void {
  queries.forEach(({ history, candidates, recallScores }, index) => {
    const at = `queries[${index}]`;
    if (recallScores.length !== candidates.length) {
      throw new ModelInputError(`${at} has ${candidates.length} candidates and ${recallScores.length} recallScores`);
    }
    const wrong = (item: number, least: number): boolean => item < least || item > itemCount;
    for (const item of history) {
      if (wrong(item, 1))
        throw new ModelInputError(`${at}.history must have items from 1 to ${itemCount}, not ${item}`);
    }
    for (const item of candidates) {
      if (wrong(item, 0)) {
        throw new ModelInputError(`${at}.candidates must have items from 0 to ${itemCount}, not ${item}`);
      }
    }
    for (const score of recallScores) {
      if (!Number.isFinite(score)) throw new ModelInputError(`${at}.recallScores must be finite, not ${score}`);
    }
  });
}

interface Spread {
  readonly highest: number;
  readonly mean: number;
  /** 1 where all are the same. */
  readonly deviation: number;
}

function spread(values: Float32Array): Spread {
  if (values.length === 0) return { highest: 0, mean: 0, deviation: 1 };
  let sum = 0;
  let squares = 0;
  let highest = -Infinity;
  for (const value of values) {
    sum += value;
    highest = Math.max(highest, value);
  }
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  return { highest, mean, deviation: deviation > 1e-6 ? deviation : 1 };
}
