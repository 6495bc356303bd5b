import { createDistinctRows } from '../../data/distinct-rows.js';
import { unknownIndex } from '../../features/string-lookup.js';
import { createRandom, shuffle } from '../../random/random.js';
import { chosenCandidates, chosenQueries, type CandidateBatch, type PairBatch, type QueryBatch } from './batch.js';
import type { TwoTowerTrainingConfig } from './config.js';

/** What towers are trained on: a row a pair, and the candidates that the pairs name. */
export interface Pairs {
  readonly queries: QueryBatch;
  /** For every pair, the row of its candidate. */
  readonly positives: Int32Array;
  readonly candidates: CandidateBatch;
}

export interface PairBatches {
  readonly perEpoch: number;
  /** Every pair once, in an order settled by seed and epoch alone, so that training goes on where it was interrupted. */
  epoch(epoch: number): Iterable<PairBatch>;
}

export function createPairBatches(
  { queries, positives, candidates }: Pairs,
  config: Pick<TwoTowerTrainingConfig, 'batchSize' | 'seed' | 'unknownIds' | 'hotWeights'>,
): PairBatches {
  const count = positives.length;
  const candidateCount = candidates.ids.length;
  const logShares = config.hotWeights === 'corrected' ? logSharesOf(positives, candidateCount) : undefined;
  const distinctRows = createDistinctRows();
  return {
    perEpoch: Math.ceil(count / config.batchSize),
    *epoch(epoch) {
      const random = createRandom(Math.imul(config.seed, 1_000_003) + epoch);
      const order = Int32Array.from({ length: count }, (_, pair) => pair);
      shuffle(order, random);
      for (let start = 0; start < count; start += config.batchSize) {
        const chosen = order.subarray(start, start + config.batchSize);
        // An item with its id and the same item without are two candidates.
        const kinds = Int32Array.from(chosen, (pair) => {
          const withoutId = config.unknownIds > 0 && random.uniform() < config.unknownIds;
          return positives[pair]! + (withoutId ? candidateCount : 0);
        });
        const { rows, slots } = distinctRows(kinds, 2 * candidateCount);
        const items = Int32Array.from(rows, (kind) => kind % candidateCount);
        const distinct = chosenCandidates(candidates, items);
        rows.forEach((kind, slot) => {
          if (kind >= candidateCount) distinct.ids[slot] = unknownIndex;
        });
        yield {
          queries: chosenQueries(queries, chosen),
          candidates: distinct,
          positives: slots,
          logShares: logShares && Float32Array.from(items, (item) => logShares[item]!),
          seed: random.below(2 ** 31),
        };
      }
    },
  };
}

function logSharesOf(positives: Int32Array, candidateCount: number): Float32Array {
  const counts = new Float32Array(candidateCount);
  for (const candidate of positives) counts[candidate]! += 1;
  return counts.map((pairs) => Math.log(Math.max(1, pairs) / positives.length));
}
