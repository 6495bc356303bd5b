import { ModelInputError } from '../../errors.js';
import { compute, differentiate } from '../../kernels/differentiate.js';
import { add, mul, scalar, square, sum } from '../../kernels/recorded.js';
import { readFloats, scope, type Tensor } from '../../kernels/tensorflow.js';
import { dropoutMasks } from '../../layers/dropout.js';
import { inBatchSoftmaxSum } from '../../losses/in-batch-softmax-sum.js';
import { adagradStep } from '../../optimizers/adagrad.js';
import { copyParameters, type Gradients, type Parameters } from '../parameters.js';
import { chosenCandidates, chosenQueries, type CandidateBatch, type PairBatch, type QueryBatch } from './batch.js';
import { parseTwoTowerConfig, type TwoTowerConfig, type TwoTowerTrainingConfig } from './config.js';
import type { TwoTowerFeatures } from './features.js';
import { initialParameters, parameterShapes } from './parameters.js';
import { candidateLookups, candidateTower, queryLookups, queryTower } from './towers.js';

/** Two towers whose vectors' inner product says how well a candidate answers a query. Weights live outside TensorFlow. */
export interface TwoTower {
  readonly config: TwoTowerConfig;
  readonly features: TwoTowerFeatures;
  /** Length of the vectors: the width of the last layer. */
  readonly dim: number;
  /** queries x dim */
  queryVectors(queries: QueryBatch): Float32Array;
  /** candidates x dim */
  candidateVectors(candidates: CandidateBatch): Float32Array;
  /** One step in place, forward, backward, Adagrad. Returns the loss, summed over the pairs; one that is not finite leaves everything as it was. */
  trainStep(batch: PairBatch, settings: PairSettings & Pick<TwoTowerTrainingConfig, 'learningRate'>): number;
  /** A copy of the weights and Adagrad's sums. */
  snapshot(): Parameters;
  /** Goes back to a snapshot of towers of the same shapes. */
  restore(parameters: Parameters): void;
}

export type PairSettings = Pick<TwoTowerTrainingConfig, 'temperature' | 'maskAccidentalHits' | 'dropout' | 'l2'>;

/** Rows computed at once. */
const rowsPerBlock = 4096;

/** Fresh towers for fitted features; the same seed gives the same weights. Throws a ModelConfigError for a config that cannot be. */
export function createTwoTower(config: TwoTowerConfig, features: TwoTowerFeatures, seed: number): TwoTower {
  const checked = parseTwoTowerConfig(config);
  return restoreTwoTower(checked, features, initialParameters(parameterShapes(checked, features.sizes), seed));
}

/** Towers that own the given weights. */
export function restoreTwoTower(config: TwoTowerConfig, features: TwoTowerFeatures, initial: Parameters): TwoTower {
  let parameters = initial;
  const layers = config.layers.length;
  const dim = config.layers.at(-1)!;
  return {
    config,
    features,
    dim,
    queryVectors: (queries) =>
      inBlocks(queries.users.length, dim, (rows) => {
        const block = chosenQueries(queries, rows);
        return compute(parameters, queryLookups(block), (leaves) => readFloats(queryTower(layers, block, leaves)));
      }),
    candidateVectors: (candidates) => candidateVectors(config, parameters, candidates),
    trainStep(batch, settings) {
      const { loss, gradients } = pairLossAndGradients(config, parameters, batch, settings);
      if (Number.isFinite(loss)) adagradStep(parameters, gradients, settings.learningRate);
      return loss;
    },
    snapshot: () => copyParameters(parameters),
    restore(state) {
      for (const [name, { shape }] of parameters) {
        if (String(state.get(name)?.shape) !== String(shape)) {
          throw new ModelInputError(`a state whose ${name} is of shape ${String(state.get(name)?.shape)} does not fit`);
        }
      }
      parameters = copyParameters(state);
    },
  };
}

/** candidates x dim, by the candidate tower's parameters alone. */
export function candidateVectors(
  { layers }: Pick<TwoTowerConfig, 'layers'>,
  parameters: Parameters,
  candidates: CandidateBatch,
): Float32Array {
  return inBlocks(candidates.ids.length, layers.at(-1)!, (rows) => {
    const block = chosenCandidates(candidates, rows);
    return compute(parameters, candidateLookups(block), (leaves) =>
      readFloats(candidateTower(layers.length, block, leaves)),
    );
  });
}

/** One pass forward and backward. Tables get gradients of the rows that the batch touches. */
export function pairLossAndGradients(
  config: TwoTowerConfig,
  parameters: Parameters,
  batch: PairBatch,
  settings: PairSettings,
): { loss: number; gradients: Gradients } {
  const layers = config.layers.length;
  return differentiate({
    parameters,
    lookups: { ...queryLookups(batch.queries), ...candidateLookups(batch.candidates) },
    loss: (leaves) => {
      const masks = dropoutMasks(settings.dropout, batch.seed ?? 0, 0);
      const drop = (features: Tensor): Tensor => {
        const [rows = 0, width = 0] = features.shape;
        return masks === undefined ? features : mul(features, masks(rows, width));
      };
      const queries = queryTower(layers, batch.queries, leaves, drop);
      const candidates = candidateTower(layers, batch.candidates, leaves, drop);
      const softmax = inBatchSoftmaxSum(queries, candidates, { ...batch, ...settings });
      if (settings.l2 === 0) return softmax;
      const squares = add(sum(square(queries)), sum(square(candidates)));
      return add(softmax, mul(squares, scalar(settings.l2 / 2)));
    },
  });
}

function inBlocks(count: number, dim: number, vectorsOf: (rows: Int32Array) => Float32Array): Float32Array {
  const all = new Float32Array(count * dim);
  for (let start = 0; start < count; start += rowsPerBlock) {
    const rows = Int32Array.from({ length: Math.min(rowsPerBlock, count - start) }, (_, index) => start + index);
    scope(() => {
      all.set(vectorsOf(rows), start * dim);
    });
  }
  return all;
}
