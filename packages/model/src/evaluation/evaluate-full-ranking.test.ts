import { describe, expect, it, onTestFinished } from 'vitest';
import { documentModelConfig } from '../config.js';
import { sequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { tensorCount } from '../kernels/tensorflow.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { rankTargets } from './evaluate-full-ranking.js';
import { rankOfTarget, unranked } from './rank-of-target.js';

const encoder = createSequenceEncoder({ ...documentModelConfig.encoder, dim: 8 }, 50, 1);
const inputs = sequenceBatch([[1, 2, 3], [4], [], [5, 6]]);

describe('rankTargets', () => {
  it('ranks by inner product with the seen items removed', async () => {
    onTestFinished(() => encoder.dispose());
    const [users, items] = [encoder.encode(inputs), encoder.itemVectors()];
    const scores = (query: number): number[] =>
      Array.from({ length: 51 }, (_, item) => {
        let sum = 0;
        for (let at = 0; at < 8; at++) sum += users[query * 8 + at]! * items[item * 8 + at]!;
        return sum;
      });
    const ranks = await rankTargets({ encoder, inputs, targets: Int32Array.of(9, 4, 7, 51) });
    expect([...ranks]).toEqual([
      rankOfTarget(scores(0), 9, Int32Array.of(1, 2, 3)),
      rankOfTarget(scores(1), 4, Int32Array.of(4)),
      unranked, // an empty input
      unranked, // an item that the encoder does not know
    ]);
  });

  it('refuses targets or exclusions of another number', async () => {
    await expect(rankTargets({ encoder, inputs, targets: Int32Array.of(1) })).rejects.toThrow(ModelInputError);
    const exclude = sequenceBatch([[1]]);
    await expect(rankTargets({ encoder, inputs, targets: new Int32Array(4), exclude })).rejects.toThrow(
      ModelInputError,
    );
  });

  it('keeps no tensors', async () => {
    const targets = Int32Array.of(9, 4, 7, 8);
    await rankTargets({ encoder, inputs, targets });
    const before = tensorCount();
    await rankTargets({ encoder, inputs, targets });
    expect(tensorCount()).toBe(before);
  });
});
