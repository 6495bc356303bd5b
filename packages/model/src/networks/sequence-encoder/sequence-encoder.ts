import type { SequenceEncoderConfig } from '../../config.js';
import { createDistinctRows } from '../../data/distinct-rows.js';
import { checkSequences } from '../../data/sequence-batch.js';
import { ModelInputError } from '../../errors.js';
import { free } from '../../kernels/tensorflow.js';
import { dropoutMasks } from '../../layers/dropout.js';
import { adamStep } from '../../optimizers/adam.js';
import { parseModelConfig } from '../../parse-model-config.js';
import { createRandom } from '../../random/random.js';
import type { EncoderState, SequenceEncoder } from '../encoder.js';
import { copyParameters, valueOf } from '../parameters.js';
import { encodeSequences } from './encode-sequences.js';
import { lossAndGradients } from './loss-and-gradients.js';
import { grownTable, initialParameters, itemTables } from './parameters.js';
import { uploadWeights, type EncoderWeights } from './weights.js';

/**
 * A fresh encoder of a vocabulary of `itemCount` items; the same seed gives the same weights.
 * Throws a ModelConfigError for a config that cannot be, a ModelInputError for a vocabulary without items.
 */
export function createSequenceEncoder(config: SequenceEncoderConfig, itemCount: number, seed: number): SequenceEncoder {
  const { encoder } = parseModelConfig({ encoder: config });
  checkItemCount(itemCount, 1);
  return restoreSequenceEncoder(encoder, {
    itemCount,
    seed,
    steps: 0,
    parameters: initialParameters(encoder, itemCount, seed),
  });
}

/** An encoder that owns the given state. */
export function restoreSequenceEncoder(config: SequenceEncoderConfig, initial: EncoderState): SequenceEncoder {
  let { itemCount, steps } = initial;
  const { seed } = initial;
  let parameters = initial.parameters;
  let uploaded: EncoderWeights | undefined;
  const distinctRows = createDistinctRows();

  /** The small weights stay in TensorFlow between encodes, until training changes them. */
  function weights(): EncoderWeights {
    return (uploaded ??= uploadWeights(config, parameters));
  }

  function forgetUploaded(): void {
    free(uploaded);
    uploaded = undefined;
  }

  return {
    config,
    dim: config.dim,
    get itemCount() {
      return itemCount;
    },
    encode(sequences) {
      checkSequences(sequences, itemCount);
      return encodeSequences(config, sequences, valueOf(parameters, 'item_embeddings'), weights());
    },
    itemVectors: () => valueOf(parameters, 'outputs_embedding').slice(),
    grow(newCount) {
      checkItemCount(newCount, itemCount);
      if (newCount === itemCount) return;
      const random = createRandom(seed + newCount);
      for (const table of itemTables) {
        parameters.set(table, grownTable(parameters.get(table)!, newCount + 1, random));
      }
      itemCount = newCount;
    },
    dispose: forgetUploaded,
    trainStep(batch, { learningRate, maskAccidentalHits }) {
      const dropout = dropoutMasks(config.dropout, seed, steps + 1);
      const settings = { maskAccidentalHits, dropout, distinctRows };
      const { loss, gradients } = lossAndGradients(config, parameters, batch, settings);
      if (Number.isFinite(loss)) {
        forgetUploaded();
        steps += 1;
        adamStep(parameters, gradients, steps, learningRate);
      }
      return loss;
    },
    snapshot: () => ({ itemCount, seed, steps, parameters: copyParameters(parameters) }),
    restore(state) {
      if (state.itemCount !== itemCount) {
        throw new ModelInputError(`a state of ${state.itemCount} items does not fit an encoder of ${itemCount}`);
      }
      forgetUploaded();
      parameters = copyParameters(state.parameters);
      steps = state.steps;
    },
  };
}

function checkItemCount(itemCount: number, least: number): void {
  if (!Number.isInteger(itemCount) || itemCount < least) {
    throw new ModelInputError(`itemCount must be a whole number of at least ${least}, not ${itemCount}`);
  }
}
