import { sequenceBatch } from '../data/sequence-batch.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import type { CandidateBatch, PairBatch, QueryBatch } from '../networks/two-tower/batch.js';
import { defaultTwoTowerConfig } from '../networks/two-tower/config.js';
import { twoTowerFeatures } from '../networks/two-tower/features.js';
import { pairLossAndGradients, restoreTwoTower } from '../networks/two-tower/two-tower.js';
import { adagradParameter } from '../optimizers/adagrad.js';
import { denseGradients } from './dense-gradient.js';
import type { GoldenCase, GoldenResult, GoldenTensor } from './golden-case.js';

export function runTwoTower(given: GoldenCase): GoldenResult {
  const layers = Object.keys(given.weights).filter((name) => /^query\.\d+\.bias$/.test(name));
  const config = {
    ...defaultTwoTowerConfig.towers,
    embedding: Number(given.config['embedding']),
    layers: layers.map((name) => given.weights[name]!.shape[0]!),
  };
  const parameters = new Map(
    Object.entries(given.weights).map(([name, tensor]) => [
      name,
      adagradParameter(tensor.shape, Float32Array.from(numbersOf(tensor))),
    ]),
  );
  const queries = queryBatch(given);
  const candidates = candidateBatch(given);
  const towers = restoreTwoTower(config, twoTowerFeatures(noFeatures), parameters);
  const queryVectors = towers.queryVectors(queries);
  const candidateVectors = towers.candidateVectors(candidates);
  const batch = distinctPairs(queries, candidates);
  const { loss, gradients } = pairLossAndGradients(config, parameters, batch, defaultTwoTowerConfig.training);
  return {
    outputs: {
      queryVectors,
      candidateVectors,
      scores: scoresOf(queryVectors, candidateVectors, towers.dim),
      loss: [loss],
    },
    gradients: denseGradients(gradients, parameters),
  };
}

/** The cases' inputs are indexes already. */
const noFeatures = {
  users: [],
  buckets: { least: 0, most: 0, boundaries: 2 },
  normalization: { mean: 0, variance: 1 },
  ids: [],
  tokens: [],
  categories: false,
};

function queryBatch({ inputs }: GoldenCase): QueryBatch {
  return {
    users: Int32Array.from(numbersOf(inputs['userIds']!)),
    buckets: Int32Array.from(numbersOf(inputs['buckets']!)),
    times: Float32Array.from(numbersOf(inputs['normalizedTimestamps']!)),
  };
}

/** A row a query; padding stays among the tokens. */
function candidateBatch({ inputs }: GoldenCase): CandidateBatch {
  const { shape } = inputs['tokens']!;
  const [rows = 0, width = 0] = shape;
  const tokens = numbersOf(inputs['tokens']!);
  return {
    ids: Int32Array.from(numbersOf(inputs['titles']!)),
    tokens: sequenceBatch(Array.from({ length: rows }, (_, row) => tokens.slice(row * width, (row + 1) * width))),
  };
}

/** Rows of one title and the same tokens are one candidate. */
function distinctPairs(queries: QueryBatch, { ids, tokens }: CandidateBatch): PairBatch {
  const tokensOf = (row: number): number[] => [...tokens.items.subarray(tokens.offsets[row], tokens.offsets[row + 1])];
  const keys = Array.from(ids, (id, row) => [id, ...tokensOf(row)].join(' '));
  const distinct = [...new Set(keys)];
  const rows = distinct.map((key) => keys.indexOf(key));
  return {
    queries,
    candidates: { ids: Int32Array.from(rows, (row) => ids[row]!), tokens: sequenceBatch(rows.map(tokensOf)) },
    positives: Int32Array.from(keys, (key) => distinct.indexOf(key)),
  };
}

function scoresOf(queries: Float32Array, candidates: Float32Array, dim: number): Float32Array {
  let scores = new Float32Array(0);
  scope(() => {
    const [rows, columns] = [queries.length / dim, candidates.length / dim];
    const products = matMul(floats(queries, [rows, dim]), floats(candidates, [columns, dim]), { transposeB: true });
    scores = Float32Array.from(readFloats(products));
  });
  return scores;
}

function numbersOf({ values }: GoldenTensor): number[] {
  return values.map((value) => value ?? Number.NaN);
}
