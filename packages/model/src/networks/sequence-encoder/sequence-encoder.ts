import type { SequenceEncoderConfig } from '../../config.js';
import { createDistinctRows } from '../../data/distinct-rows.js';
import { checkSequences } from '../../data/sequence-batch.js';
import { ModelInputError } from '../../errors.js';
import { free } from '../../kernels/tensorflow.js';
import { dropoutMasks } from '../../layers/dropout.js';
import { scaleRowsToUnit } from '../../layers/unit-length.js';
import { softmaxLoss } from '../../losses/softmax-loss.js';
import { adamStep } from '../../optimizers/adam.js';
import { createWeightAverage, type WeightAverage } from '../../optimizers/weight-average.js';
import { parseModelConfig } from '../../parse-model-config.js';
import { createRandom } from '../../random/random.js';
import type { EncoderState, SequenceEncoder } from '../encoder.js';
import { copyParameters, valueOf, type Parameters } from '../parameters.js';
import { encodeSequences } from './encode-sequences.js';
import { lossAndGradients } from './loss-and-gradients.js';
import { grownTable, initialParameters, itemTables, outputTable, userTable } from './parameters.js';
import { uploadWeights, type EncoderWeights } from './weights.js';

/**
 * A fresh encoder of a vocabulary of `itemCount` items and, where `user` is not none, of `userCount` users; the same seed
 * gives the same weights. Throws a ModelConfigError for a config that cannot be, a ModelInputError for a vocabulary
 * without items or without the users that the config asks for.
 */
export function createSequenceEncoder(
  config: SequenceEncoderConfig,
  itemCount: number,
  seed: number,
  userCount = 0,
): SequenceEncoder {
  const { encoder } = parseModelConfig({ encoder: config });
  checkCount('itemCount', itemCount, 1);
  checkCount('userCount', userCount, encoder.user === 'none' ? 0 : 1);
  return restoreSequenceEncoder(encoder, {
    itemCount,
    seed,
    steps: 0,
    parameters: initialParameters(encoder, itemCount, userCount, seed),
  });
}

/** An encoder that owns the given state. */
export function restoreSequenceEncoder(config: SequenceEncoderConfig, initial: EncoderState): SequenceEncoder {
  let { itemCount, steps } = initial;
  const { seed } = initial;
  let parameters = initial.parameters;
  let average = averageOf(initial);
  let uploaded: EncoderWeights | undefined;
  const distinctRows = createDistinctRows();

  /** The small weights stay in TensorFlow between encodes, until training changes them. */
  function uploadedWeights(): EncoderWeights {
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
    get steps() {
      return steps;
    },
    get userCount() {
      return userCountOf(parameters);
    },
    encode(sequences) {
      checkSequences(sequences, itemCount, userCountOf(parameters));
      const tables = { items: valueOf(parameters, 'item_embeddings'), users: parameters.get(userTable)?.value };
      return encodeSequences(config, sequences, tables, uploadedWeights());
    },
    itemVectors() {
      const vectors = valueOf(parameters, outputTable(config)).slice().fill(0, 0, config.dim);
      return config.unitVectors ? scaleRowsToUnit(vectors, config.dim) : vectors;
    },
    grow(newCount) {
      checkCount('itemCount', newCount, itemCount);
      if (newCount === itemCount) return;
      const random = createRandom(seed + newCount);
      for (const table of itemTables(config)) {
        parameters.set(table, grownTable(parameters.get(table)!, newCount + 1, random));
      }
      itemCount = newCount;
      average = undefined;
    },
    dispose: forgetUploaded,
    trainStep(batch, settings) {
      const dropout = dropoutMasks(config.dropout, seed, steps + 1);
      const lossOf = softmaxLoss(settings, batch);
      const { loss, gradients } = lossAndGradients(config, parameters, batch, { loss: lossOf, dropout, distinctRows });
      if (Number.isFinite(loss)) {
        forgetUploaded();
        steps += 1;
        if (settings.averaging) average ??= createWeightAverage(parameters, settings.averaging);
        average?.beforeStep(parameters, gradients);
        adamStep(parameters, gradients, steps, settings);
      }
      return loss;
    },
    swapAverage() {
      if (average === undefined) return;
      forgetUploaded();
      average.swap(parameters);
    },
    snapshot() {
      const copied = average?.state(parameters);
      return { itemCount, seed, steps, parameters: copyParameters(parameters), ...(copied && { average: copied }) };
    },
    restore(state) {
      if (state.itemCount !== itemCount) {
        throw new ModelInputError(`a state of ${state.itemCount} items does not fit an encoder of ${itemCount}`);
      }
      forgetUploaded();
      parameters = copyParameters(state.parameters, parameters);
      steps = state.steps;
      average = averageOf(state);
    },
    weights: () => ({
      parameters: new Map(Array.from(parameters, ([name, { value }]) => [name, { value: value.slice() }])),
    }),
    useWeights(given) {
      for (const [name, { value }] of parameters) {
        const length = given.parameters.get(name)?.value.length;
        if (length !== value.length) {
          throw new ModelInputError(`weights with ${length ?? 'no'} numbers of ${name} do not fit: ${value.length}`);
        }
      }
      forgetUploaded();
      for (const [name, { value }] of parameters) value.set(given.parameters.get(name)!.value);
      average = undefined;
    },
  };
}

function averageOf({ parameters, average }: EncoderState): WeightAverage | undefined {
  return average && createWeightAverage(parameters, average.decay, average);
}

/** Users of the table, row 0 not counted; 0 without a table. */
function userCountOf(parameters: Parameters): number {
  return (parameters.get(userTable)?.shape[0] ?? 1) - 1;
}

function checkCount(name: string, count: number, least: number): void {
  if (!Number.isInteger(count) || count < least) {
    throw new ModelInputError(`${name} must be a whole number of at least ${least}, not ${count}`);
  }
}
