import type { SequenceEncoderConfig } from '../../config.js';
import { realPlaces } from '../../data/place-batch.js';
import { canLabelEveryPlace } from '../../encoder-traits.js';
import { ModelInputError } from '../../errors.js';
import { free, scope, type Tensor } from '../../kernels/tensorflow.js';
import type { DropoutMasks } from '../../layers/dropout.js';
import { unitLength, unitLengthGradient } from '../../layers/unit-length.js';
import type { ItemVectors, Labelled, Loss } from '../../losses/loss.js';
import type { TrainingBatch } from '../encoder.js';
import type { Gradients, Parameters } from '../parameters.js';
import { encoderInput } from './encoder-input.js';
import { encoderForward, encoderGradient } from './network.js';
import { outputTable, userTable } from './parameters.js';
import { tableRows, type FindDistinctRows } from './table-rows.js';
import { userVectors, userVectorsGradient } from './user-vectors.js';
import { readGradients, uploadWeights, type HeadWeights } from './weights.js';

export interface LossSettings {
  readonly loss: Loss;
  readonly dropout?: DropoutMasks | undefined;
  readonly distinctRows: FindDistinctRows;
}

/** One pass forward and backward. Tables get gradients of the rows that the batch touches, nothing else. */
export function lossAndGradients(
  config: SequenceEncoderConfig,
  parameters: Parameters,
  batch: TrainingBatch,
  { loss: lossOf, dropout, distinctRows }: LossSettings,
): { loss: number; gradients: Gradients } {
  checkLabels(config, batch);
  const gradients: Gradients = new Map();
  let loss = Number.NaN;
  scope(() => {
    const weights = uploadWeights(config, parameters);
    const inputRows = tableRows(parameters, 'item_embeddings', distinctRows);
    const outputRows = config.tiedTables ? inputRows : tableRows(parameters, outputTable(config), distinctRows);
    const userRows = config.user === 'none' ? undefined : tableRows(parameters, userTable, distinctRows);
    const items = inputRows.take(batch.items);
    const users = userRows?.take(batch.users ?? new Int32Array(batch.batch));
    const input = { ...encoderInput(config, batch, items.vectors), dropout };
    const output = encoderForward(config, input, weights);
    const step = { lossOf, batch, items: config.unitVectors ? outputRows.unit : outputRows };
    const scored =
      batch.labels.length === batch.batch
        ? scoreUsers(config, output.hidden, users?.vectors, weights, step)
        : scorePlaces(config, output.hidden, step);
    loss = scored.loss;
    free(output.hidden);
    const encoder = encoderGradient(config, scored.dhidden, input, output, weights);
    items.backward(encoder.ditems);
    if (scored.dusers !== undefined) users?.backward(scored.dusers);
    gradients.set('item_embeddings', inputRows.gradients());
    if (!config.tiedTables) gradients.set(outputTable(config), outputRows.gradients());
    if (userRows !== undefined) gradients.set(userTable, userRows.gradients());
    const ofWeights = readGradients(config, { ...encoder.weights, ...scored.weights });
    for (const [name, gradient] of ofWeights) gradients.set(name, gradient);
  });
  return { loss, gradients };
}

interface Step {
  readonly lossOf: Loss;
  readonly batch: TrainingBatch;
  readonly items: ItemVectors;
}

interface Scored {
  readonly loss: number;
  readonly dhidden: Tensor;
  readonly dusers: Tensor | undefined;
  readonly weights: HeadWeights;
}

/** Every place has a label: its hidden vector is what is scored. */
function scorePlaces(config: SequenceEncoderConfig, hidden: Tensor, { lossOf, batch, items }: Step): Scored {
  const unit = config.unitVectors ? unitLength(hidden) : undefined;
  const { loss, dvectors } = lossOf(unit?.y ?? hidden, { ...batch, isReal: realPlaces(batch) }, items);
  const dhidden = unit === undefined ? dvectors : unitLengthGradient(dvectors, unit);
  return { loss, dhidden, dusers: undefined, weights: { pool: undefined, user: undefined } };
}

/** A sequence has one label: its user vector is what is scored. */
function scoreUsers(
  config: SequenceEncoderConfig,
  hidden: Tensor,
  users: Tensor | undefined,
  weights: HeadWeights,
  { lossOf, batch, items }: Step,
): Scored {
  const forward = userVectors(config, hidden, users, weights, batch);
  const labelled: Labelled = { ...batch, length: 1, isReal: new Float32Array(batch.batch).fill(1) };
  const { loss, dvectors } = lossOf(forward.y, labelled, items);
  return { loss, ...userVectorsGradient(config, dvectors, hidden, forward, weights, batch) };
}

function checkLabels(config: SequenceEncoderConfig, { batch, length, labels }: TrainingBatch): void {
  const everyPlace = length * batch;
  if (labels.length === batch || (labels.length === everyPlace && canLabelEveryPlace(config))) return;
  const either = canLabelEveryPlace(config) ? `, or ${everyPlace}, one a place` : '';
  throw new ModelInputError(`labels must be ${batch}, one a sequence${either}, not ${labels.length}`);
}
