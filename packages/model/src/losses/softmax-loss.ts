import type { NegativesConfig } from '../config.js';
import { fullSoftmax } from './full-softmax.js';
import { inBatchSoftmax } from './in-batch-softmax.js';
import type { Loss } from './loss.js';

/** What is left out is as in the default config. */
export interface SoftmaxSettings {
  readonly negatives?: NegativesConfig;
  readonly temperature?: number;
  readonly maskAccidentalHits: boolean;
}

/** What was drawn or counted for a batch, beside its labels. */
export interface SoftmaxDraws {
  /** In-batch: what is subtracted from the logits of a label, [P * B]; left out: nothing. */
  readonly hotWeights?: Float32Array | undefined;
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
      throw new Error(`negatives of the kind ${negatives.kind} are not here yet`);
  }
}
