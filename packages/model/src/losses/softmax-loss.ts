import type { NegativesConfig } from '../config.js';
import { concatFirst, sliceFirst } from '../kernels/kernels.js';
import type { Candidates } from './candidates.js';
import { fullSoftmax } from './full-softmax.js';
import { inBatchSoftmax } from './in-batch-softmax.js';
import type { Loss } from './loss.js';
import { onlyReal, realPlaceIndexes, withPadding } from './real-places.js';
import { sampledSoftmax } from './sampled-softmax.js';

/** What is left out is as in the default config. */
export interface SoftmaxSettings {
  readonly negatives?: NegativesConfig;
  readonly temperature?: number;
  readonly maskAccidentalHits: boolean;
}

/** What was drawn or counted for a batch, beside its labels. */
export interface SoftmaxDraws {
  /** Subtracted from the logits of a label, [P * B]; left out: nothing. Not for the full softmax. */
  readonly hotWeights?: Float32Array | undefined;
  /** Where all places share their negatives. */
  readonly candidates?: Candidates | undefined;
}

/** Softmax cross-entropy of the label of each real place among the candidates that the config says. */
export function softmaxLoss(settings: SoftmaxSettings, draws: SoftmaxDraws): Loss {
  const { negatives = { kind: 'in-batch' }, temperature = 1, maskAccidentalHits } = settings;
  switch (negatives.kind) {
    case 'in-batch':
      return (vectors, labelled, items) => {
        const taken = items.take(labelled.labels);
        const labels = { ...labelled, hotWeights: draws.hotWeights, maskAccidentalHits, temperature };
        const { loss, dhidden, dlabelVectors } = inBatchSoftmax(vectors, taken.vectors, labels);
        taken.backward(dlabelVectors);
        return { loss, dvectors: dhidden };
      };
    case 'full':
      return (vectors, labelled, items) => {
        const all = items.all();
        const { loss, dhidden, ditems } = fullSoftmax(vectors, all.vectors, labelled, temperature);
        all.backward(ditems);
        return { loss, dvectors: dhidden };
      };
    case 'in-batch-shared':
    case 'mixed':
      return (vectors, { labels, isReal }, items) => {
        const { candidates, hotWeights } = draws;
        if (candidates === undefined) throw new Error(`no candidates were drawn for negatives: ${negatives.kind}`);
        const indexes = realPlaceIndexes(isReal);
        const real = indexes.map((at) => labels[at]!);
        const needed = new Int32Array(real.length + candidates.items.length);
        needed.set(real);
        needed.set(candidates.items, real.length);
        const taken = items.take(needed);
        const { loss, dhidden, dpositives, dnegatives } = sampledSoftmax({
          hidden: onlyReal(vectors, indexes),
          positives: sliceFirst(taken.vectors, 0, real.length),
          negatives: sliceFirst(taken.vectors, real.length, candidates.items.length),
          labels: real,
          labelCorrections: hotWeights && Float32Array.from(indexes, (at) => hotWeights[at]!),
          candidates,
          temperature,
          maskAccidentalHits,
        });
        taken.backward(concatFirst([dpositives, dnegatives]));
        return { loss, dvectors: withPadding(dhidden, indexes, isReal.length) };
      };
  }
}
