import { describe, expect, it, onTestFinished } from 'vitest';
import { compute } from '../../kernels/differentiate.js';
import { free, readFloats } from '../../kernels/tensorflow.js';
import { createRandom } from '../../random/random.js';
import { parameter, type Parameters } from '../parameters.js';
import { parseRankerConfig, type RankerConfig } from './config.js';
import { rankLookups, rankScores, vectorTable } from './forward.js';
import { rankerShapes } from './parameters.js';
import { createFollowerScores, rankBatch } from './rank-batch.js';
import { scoreCandidates } from './score-candidates.js';
import { scoringWeights } from './scoring-weights.js';
import { circleItems, circleLists, itemCount } from './test-lists.js';

const { vectors, dim, followers } = circleItems();
const unit = vectors.map((value) => value / Math.sqrt(dim / 2));

/** Nothing 0, so that every parameter matters. */
function randomParameters(config: RankerConfig): Parameters {
  const random = createRandom(5);
  const shapes = [...rankerShapes(config, dim)];
  return new Map(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const value = Float32Array.from({ length: size }, () => 0.4 * random.normal());
      return [name, parameter(shape, name.endsWith('movingVariance') ? value.map((one) => 1 + one ** 2) : value)];
    }),
  );
}

/** A long history, a short one, one longer than is looked at, none; a new item among the candidates. */
function lists() {
  const [long, short, longer, none] = circleLists(4, 1);
  const history = Int32Array.of(3, 9, 27, 14, 5);
  const candidates = long!.candidates.with(2, 0);
  return [
    { ...long!, history: history.slice(1), candidates },
    short!,
    { ...longer!, history },
    { ...none!, history: new Int32Array(0) },
  ];
}

const changes: readonly Partial<RankerConfig>[] = [
  {},
  { cross: 'v2', method: 'stacked', order: 2 },
  { order: 2, experts: 3, rank: 5, heads: 4, hidden: [7] },
  { order: 0, itemBuckets: itemCount },
  { itemBuckets: 7, keepScore: false, heads: 1 },
];

describe('scoreCandidates', () => {
  it.each(changes)('gives what the recorded forward pass gives, %o', (changed) => {
    const config = parseRankerConfig({ dim: 16, history: 4, hidden: [16, 8], ...changed });
    const parameters = randomParameters(config);
    const { history, itemBuckets } = config;
    const popularity = Float32Array.from({ length: itemCount + 1 }, (_, item) => Math.sin(item));
    const settings = { history, itemBuckets, popularity, followers: createFollowerScores(followers, itemCount) };
    const weights = scoringWeights(config, parameters);
    onTestFinished(() => free(weights));
    const own = parameters.get('embedding')?.value;
    const all: Parameters = new Map([...parameters, [vectorTable, parameter([itemCount + 1, dim], unit)]]);
    for (const batch of [lists(), lists().slice(1, 2), lists().slice(3)].map((some) => rankBatch(some, settings))) {
      const expected = compute(all, rankLookups(config, batch), (leaves) =>
        readFloats(rankScores(config, batch, leaves)).slice(),
      );
      const scores = scoreCandidates(config, batch, { vectors: unit, vectorDim: dim, own }, weights);
      expect(scores.length).toBe(expected.length);
      const furthest = scores.reduce((most, score, at) => Math.max(most, Math.abs(score - expected[at]!)), 0);
      const largest = expected.reduce((most, score) => Math.max(most, Math.abs(score)), 1);
      expect(furthest / largest).toBeLessThan(1e-5);
    }
  });
});
