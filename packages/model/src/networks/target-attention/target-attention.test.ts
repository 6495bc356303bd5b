import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope, tensorCount, type Tensor } from '../../kernels/tensorflow.js';
import { createRandom } from '../../random/random.js';
import type { TargetAttentionConfig } from './config.js';
import { targetAttentionShapes } from './parameters.js';
import { targetAttention } from './target-attention.js';

const dim = 4;
const configs: TargetAttentionConfig[] = [
  { kind: 'unit', softmax: true },
  { kind: 'unit', softmax: false },
  { kind: 'din', softmax: true, hidden: 3 },
  { kind: 'din', softmax: false, hidden: 3 },
  { kind: 'multi-head', heads: 2, mask: true },
];

function randoms(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

/** Output [candidates x D] of one history, of which `padding` places are not real. */
function attend(
  config: TargetAttentionConfig,
  candidates: Float32Array,
  history: Float32Array,
  padding = 0,
): Float32Array {
  const clicks = history.length / dim;
  const shapes = targetAttentionShapes(config, dim);
  const weight = (name: string): Tensor => {
    const shape = shapes.get(name)!;
    return floats(
      randoms(
        shape.reduce((product, length) => product * length, 1),
        name.length,
      ),
      shape,
    );
  };
  return scope(() => {
    const queries = floats(candidates, [1, candidates.length / dim, dim]);
    const isReal = floats(
      Float32Array.from({ length: clicks }, (_, place) => (place < padding ? 0 : 1)),
      [1, 1, clicks],
    );
    return readFloats(
      targetAttention(config, { queries, keys: floats(history, [1, clicks, dim]), isReal }, weight).output,
    );
  });
}

function furthest(got: Float32Array, expected: Float32Array): number {
  return got.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
}

describe.each(configs)('target attention, $kind, softmax $softmax', (config) => {
  const history = randoms(5 * dim, 1);
  const candidates = randoms(3 * dim, 2);

  it('gives a candidate among others what it gives it alone', () => {
    const together = attend(config, candidates, history);
    for (let at = 0; at < candidates.length; at += dim) {
      const alone = attend(config, candidates.slice(at, at + dim), history);
      expect(furthest(together.subarray(at, at + dim), alone)).toBeLessThan(1e-5);
    }
  });

  it('is blind to padding', () => {
    const padded = Float32Array.of(...randoms(2 * dim, 3), ...history);
    const [got, expected] = [attend(config, candidates, padded, 2), attend(config, candidates, history)];
    expect(furthest(got, expected)).toBeLessThan(1e-5);
  });

  it('has finite values for a history without clicks', () => {
    const output = attend(config, candidates, history, 5);
    // The last dense layer of the heads has a bias.
    const expected = (value: number): boolean => (config.kind === 'multi-head' ? Number.isFinite(value) : value === 0);
    expect(output.every(expected)).toBe(true);
  });

  it('leaves no tensor behind', () => {
    const before = tensorCount();
    attend(config, candidates, history);
    expect(tensorCount()).toBe(before);
  });
});
