import {
  clickMetrics,
  createClickModel,
  encodeFields,
  featureCount,
  fitFields,
  serializeClickModel,
  trainClickModel,
  type ClickCheck,
  type ClickMetrics,
  type ClickTrainState,
  type LabelledRows,
} from '@click-recall/model';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochRow, ExperimentOutcome, ExperimentRequest, Figures } from '../experiment-kind.js';
import { clickColumns } from './click-columns.js';
import { clickRows } from './click-rows.js';
import { randomSplit, type ClickSettings } from './click-settings.js';
import { crossSingularValues, singularValuePlot } from './singular-value-plot.js';

/** Trains a click model; the validation rows choose the weights, the test rows are looked at once. */
export async function trainClickExperiment(request: ExperimentRequest<ClickSettings>): Promise<ExperimentOutcome> {
  const { settings, seed, signal, checkpoints, onStep, onEpoch } = request;
  const { config } = settings;
  const training = { ...settings.training, seed };
  const { data, labels, split, observed } = clickRows(request.data, randomSplit(request.protocol), settings.nonClicks);
  const columns = clickColumns(data, settings.fields, { train: observed, labels });
  const fields = fitFields(columns, split.train);
  const part = (rows: Int32Array): LabelledRows => ({
    features: encodeFields(fields, columns, rows),
    labels: Float32Array.from(rows, (row) => labels[row]!),
    groups: Int32Array.from(rows, (row) => data.interactions.users[row]!),
  });
  const [train, validation, test] = [part(split.train), part(split.validation), part(split.test)];
  const features = featureCount(fields);
  const model = createClickModel(config, { features, slots: train.features.slots }, seed);
  const atStart = crossSingularValues(config, model.snapshot());
  const { epochs } = training;
  const row = (check: ClickCheck): EpochRow => ({
    epoch: check.epoch,
    epochs,
    loss: check.loss,
    validation: figuresOf(check.validation),
    milliseconds: check.milliseconds,
  });
  const result = await trainClickModel({
    model,
    train,
    validation,
    config: training,
    onStep: (step) => onStep({ ...step, epochs }),
    onCheck: (check) => onEpoch(row(check)),
    beforeStep: async () => (signal.aborted ? 'cancel' : 'continue'),
    onState: (state) => checkpoints.save(state()),
    resume: (await checkpoints.load()) as ClickTrainState | undefined,
  });
  signal.throwIfAborted();
  await save(
    join(request.folder, 'model'),
    new Map([...serializeClickModel(model), ['fields.json', Buffer.from(JSON.stringify(fields))]]),
  );
  const trained = crossSingularValues(config, model.snapshot());
  return {
    test: figuresOf(clickMetrics(model.predict(test.features), test.labels, test.groups)),
    ...(result.best && { validation: figuresOf(result.best.validation) }),
    chosenEpoch: result.best?.epoch ?? 0,
    stoppedEarly: result.stoppedEarly,
    epochs: result.checks.map(row),
    parameters: model.parameterCount,
    ...depthOf(settings),
    counts: { rows: test.labels.length, 'training rows': train.labels.length, features },
    ...(atStart && trained && { plots: [singularValuePlot(atStart, trained)] }),
  };
}

/** Models that differ in their depth alone stand on one line. */
function depthOf({ config, fields }: ClickSettings): Pick<ExperimentOutcome, 'depth' | 'family'> {
  const over = `${fields.length} fields`;
  if (config.network === 'fm') return { family: `FM, ${over}` };
  return { depth: config.order, family: `${config.cross === 'mix' ? 'DCN-Mix' : 'DCN-V2'} ${config.method}, ${over}` };
}

export function figuresOf({ auc, groupedAuc, logLoss }: ClickMetrics): Figures {
  return {
    ...(auc !== undefined && { AUC: auc }),
    ...(groupedAuc !== undefined && { 'grouped AUC': groupedAuc }),
    'log loss': logLoss,
  };
}

async function save(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}
