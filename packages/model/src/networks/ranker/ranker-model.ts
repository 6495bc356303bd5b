import type { ItemFollowers } from '../../data/item-followers.js';
import { ModelInputError } from '../../errors.js';
import { differentiate } from '../../kernels/differentiate.js';
import { free } from '../../kernels/tensorflow.js';
import { dropoutMasks } from '../../layers/dropout.js';
import { listwiseLoss, pointwiseLoss } from '../../losses/list-losses.js';
import { adamStep } from '../../optimizers/adam.js';
import { isMovingStatistic, moveStatistics, type BatchStatistics } from '../../recorded-layers/batch-norm.js';
import { initialParameters } from '../dcn/parameters.js';
import { copyParameters, type Parameter, type Parameters } from '../parameters.js';
import { parseRankerConfig, type RankerConfig } from './config.js';
import { rankLookups, rankScores, vectorTable } from './forward.js';
import { rankerShapes } from './parameters.js';
import { checkQueries, createFollowerScores, rankBatch, standardisedLogs, type BatchSettings } from './rank-batch.js';
import type { Ranker, RankerItems, RankExample, RankQuery } from './ranker.js';
import { scoreCandidates } from './score-candidates.js';
import { scoringWeights, type ScoringWeights } from './scoring-weights.js';

/** A ranker that can be trained and saved. */
export interface RankerModel extends Ranker {
  readonly config: RankerConfig;
  /** One step in place on lists of equally many candidates that have their click. Returns the loss, which may be not finite: then nothing has changed. */
  trainStep(lists: readonly RankExample[]): number;
  snapshot(): RankerState;
  restore(state: RankerState): void;
}

/** All that is kept of a ranker, beside its config. */
export interface RankerState {
  readonly clicks: Float32Array;
  readonly followers: ItemFollowers | undefined;
  readonly vectorDim: number;
  readonly steps: number;
  readonly parameters: Parameters;
}

/** Candidates scored at once; bounds memory. */
const candidatesPerBlock = 4096;

/** A fresh ranker: with `keepScore` it has the recalled order. Throws a ModelConfigError or ModelInputError. */
export function createRanker(config: RankerConfig, items: RankerItems): RankerModel {
  const parsed = parseRankerConfig(config);
  const parameters = initialParameters(rankerShapes(parsed, items.dim), parsed.seed);
  parameters.get('score.gain')?.value.fill(1);
  // Nothing but the recalled score, until something is learned.
  if (parsed.keepScore) parameters.get('linear.kernel')!.value.fill(0);
  return restoreRanker(
    parsed,
    { clicks: items.clicks, followers: items.followers, vectorDim: items.dim, steps: 0, parameters },
    items.vectors,
  );
}

/** A ranker that owns the given state; `vectors` (N + 1) x D are the encoder's. */
export function restoreRanker(config: RankerConfig, initial: RankerState, vectors: Float32Array): RankerModel {
  const { clicks, followers, vectorDim } = initial;
  let { parameters, steps } = initial;
  const itemCount = clicks.length - 1;
  if (vectors.length !== clicks.length * vectorDim) {
    throw new ModelInputError(`${vectors.length} numbers are not ${clicks.length} vectors of ${vectorDim}`);
  }
  const frozen = unitRows(vectors, vectorDim);
  const fixed = new Set([vectorTable, ...[...parameters.keys()].filter(isMovingStatistic)]);
  const { history, itemBuckets } = config;
  const settings: BatchSettings = {
    history,
    itemBuckets,
    popularity: standardisedLogs(clicks),
    followers: createFollowerScores(followers, itemCount),
  };
  const losses = { listwise: listwiseLoss, pointwise: pointwiseLoss };
  let weights: ScoringWeights | undefined;

  const all = (): Parameters => new Map([...parameters, [vectorTable, frozen]]);

  function forget(): void {
    free(weights);
    weights = undefined;
  }

  function scoreBlock(queries: readonly RankQuery[]): Float32Array {
    // They stay in TensorFlow from query to query, until training changes them.
    weights ??= scoringWeights(config, parameters);
    const tables = { vectors: frozen.value, vectorDim, own: parameters.get('embedding')?.value };
    return scoreCandidates(config, rankBatch(queries, settings), tables, weights);
  }

  return {
    config,
    itemCount,
    score(queries) {
      checkQueries(queries, itemCount);
      const results = queries.map(({ candidates }) => new Float32Array(candidates.length));
      for (const block of blocksOf(queries)) {
        const scores = scoreBlock(block.map((index) => queries[index]!));
        let at = 0;
        for (const index of block) {
          const own = results[index]!;
          own.set(scores.subarray(at, at + own.length));
          at += own.length;
        }
      }
      return results;
    },
    dispose: forget,
    trainStep(lists) {
      checkQueries(lists, itemCount);
      const batch = rankBatch(lists, settings);
      const targets = Int32Array.from(lists, ({ target }) => target);
      const statistics: BatchStatistics = new Map();
      const dropout = dropoutMasks(config.dropout, config.seed, steps + 1);
      const { loss, gradients } = differentiate({
        parameters: all(),
        lookups: rankLookups(config, batch),
        fixed,
        loss: (leaves) => losses[config.loss](rankScores(config, batch, leaves, { statistics, dropout }), targets),
      });
      if (!Number.isFinite(loss)) return loss;
      forget();
      steps += 1;
      adamStep(parameters, gradients, steps, config);
      moveStatistics(parameters, statistics);
      return loss;
    },
    snapshot: () => ({ clicks, followers, vectorDim, steps, parameters: copyParameters(parameters) }),
    restore(state) {
      forget();
      parameters = copyParameters(state.parameters);
      steps = state.steps;
    },
  };
}

/** Indexes of queries with equally many candidates, some at a time; without candidates there is nothing to score. */
function blocksOf(queries: readonly RankQuery[]): number[][] {
  const byLength = new Map<number, number[]>();
  queries.forEach(({ candidates }, index) => {
    const same = byLength.get(candidates.length);
    if (same === undefined) byLength.set(candidates.length, [index]);
    else same.push(index);
  });
  byLength.delete(0);
  return Array.from(byLength).flatMap(([length, indexes]) => {
    const perBlock = Math.max(1, Math.floor(candidatesPerBlock / length));
    return Array.from({ length: Math.ceil(indexes.length / perBlock) }, (_, block) =>
      indexes.slice(block * perBlock, (block + 1) * perBlock),
    );
  });
}

/** The rows at length 1, zeros stay zeros. No optimizer state: they are not trained. */
function unitRows(vectors: Float32Array, dim: number): Parameter {
  const value = vectors.slice();
  for (let start = 0; start < value.length; start += dim) {
    let squares = 0;
    for (let at = start; at < start + dim; at++) squares += value[at]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let at = start; at < start + dim; at++) value[at]! *= scale;
  }
  const none = new Float32Array(0);
  return { shape: [value.length / dim, dim], value, mean: none, variance: none };
}
