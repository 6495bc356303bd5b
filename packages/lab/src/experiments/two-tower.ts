import {
  createTwoTower,
  fitTwoTowerFeatures,
  ModelConfigError,
  parseTwoTowerConfig,
  parseTwoTowerTrainingConfig,
  rankAmongCandidates,
  topKAccuracy,
  trainTwoTower,
  type Pairs,
  type TwoTower,
  type TwoTowerModelConfig,
} from '@click-recall/model';
import type { EpochRow, ExperimentKind, ExperimentOutcome, ExperimentRequest, Figures } from '../experiment-kind.js';
import { titleQueries, titlePairs, type TitlePairs } from '../retrieval/title-pairs.js';

/** Lengths of lists that accuracy is given for; the document's is the last. */
const KS = [1, 5, 10, 20, 50, 100];
const WATCHED = 'accuracy@100';
/** Epochs from one look at the validation split to the next, as in the document. */
const LOOK_EVERY = 5;

/** Two towers on rows of a user, a time and a title; `model` has `towers` and `training`. Source: document 001. */
export const twoTower: ExperimentKind<TwoTowerModelConfig> = {
  network: 'two-tower',
  task: 'retrieval',
  watched: WATCHED,

  parse(model, protocol) {
    if (protocol.kind !== 'random-split') throw new ModelConfigError('protocol.kind', 'random-split', protocol.kind);
    const { towers, training, ...rest } = model;
    for (const field of Object.keys(rest)) throw new ModelConfigError(field, 'towers or training', field);
    return { towers: parseTwoTowerConfig(towers), training: parseTwoTowerTrainingConfig(training) };
  },

  describe: ({ training }) => [
    'all titles of the data ranked, those a user has seen too',
    `${training.epochs} epochs, Adagrad ${training.learningRate}, batches of ${training.batchSize}`,
    'vocabularies of users, buckets and mean of times of training rows alone; titles of all items, as in the document',
  ],

  train: trainTwoTowerExperiment,

  async baselines({ protocol, data }) {
    const { train, test, candidates } = titlePairs(data, protocol);
    const clicks = new Float32Array(candidates.length);
    for (const candidate of train.positives) clicks[candidate] = clicks[candidate]! + 1;
    // One dimension: the same list for everybody.
    const queries = new Float32Array(test.positives.length).fill(1);
    const ranks = await rankAmongCandidates({ queries, candidates: clicks, dim: 1, targets: test.positives });
    return [{ name: 'popularity', test: accuracies(ranks) }];
  },
};

interface Progress {
  readonly rows: readonly EpochRow[];
  readonly parameters: ReturnType<TwoTower['snapshot']>;
  readonly best: Best | undefined;
}

interface Best {
  readonly epoch: number;
  readonly validation: Figures;
  readonly parameters: ReturnType<TwoTower['snapshot']>;
}

async function trainTwoTowerExperiment(request: ExperimentRequest<TwoTowerModelConfig>): Promise<ExperimentOutcome> {
  const { settings, data, protocol, seed, signal, checkpoints, onStep, onEpoch } = request;
  const training = { ...settings.training, seed };
  const rows = titlePairs(data, protocol);
  const features = fitTwoTowerFeatures(settings.towers, titleQueries(rows.train), rows.candidates);
  const towers = createTwoTower(settings.towers, features, seed);
  const pairs: Pairs = {
    queries: features.queries(titleQueries(rows.train)),
    positives: rows.train.positives,
    candidates: features.candidates(rows.candidates),
  };
  const look = async (part: TitlePairs['test']): Promise<Figures> => accuracies(await ranksOf(towers, pairs, part));

  const saved = (await checkpoints.load()) as Progress | undefined;
  const epochs = [...(saved?.rows ?? [])];
  let best = saved?.best;
  if (saved) towers.restore(saved.parameters);
  await trainTwoTower({
    towers,
    pairs,
    config: training,
    epochsDone: epochs.length,
    onStep: (step) => onStep({ ...step, epochs: training.epochs }),
    onEpoch: async (report) => {
      const looks = report.epoch % LOOK_EVERY === 0 || report.epoch === training.epochs;
      const validation = looks && rows.validation.positives.length > 0 ? await look(rows.validation) : undefined;
      const row = { ...report, epochs: training.epochs, ...(validation && { validation }) };
      epochs.push(row);
      const parameters = towers.snapshot();
      if (validation && !(best && best.validation[WATCHED]! >= validation[WATCHED]!)) {
        best = { epoch: report.epoch, validation, parameters };
      }
      await checkpoints.save({ rows: epochs, parameters, best } satisfies Progress);
      onEpoch(row);
    },
    beforeStep: async () => (signal.aborted ? 'cancel' : 'continue'),
  });
  signal.throwIfAborted();
  if (best) towers.restore(best.parameters);
  return {
    test: await look(rows.test),
    ...(best && { validation: best.validation }),
    chosenEpoch: best?.epoch ?? epochs.length,
    stoppedEarly: false,
    epochs,
    parameters: [...towers.snapshot().values()].reduce((sum, { value }) => sum + value.length, 0),
    depth: settings.towers.layers.length,
    counts: { rows: rows.test.positives.length, titles: rows.candidates.length, users: data.userIds.length },
  };
}

async function ranksOf(towers: TwoTower, { candidates }: Pairs, part: TitlePairs['test']): Promise<Int32Array> {
  return rankAmongCandidates({
    queries: towers.queryVectors(towers.features.queries(titleQueries(part))),
    candidates: towers.candidateVectors(candidates),
    dim: towers.dim,
    targets: part.positives,
  });
}

function accuracies(ranks: Int32Array): Figures {
  const shares = topKAccuracy(ranks, KS);
  return Object.fromEntries(KS.map((k, index) => [`accuracy@${k}`, shares[index]!]));
}
