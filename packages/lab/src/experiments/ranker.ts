import {
  createSequenceEncoder,
  encoderScores,
  evaluateRanking,
  itemFollowers,
  ModelConfigError,
  parseModelConfig,
  parseRankerConfig,
  recalledExamples,
  rerankedScores,
  trainEncoder,
  trainRanker,
  type EpochReport,
  type ModelConfig,
  type RankerConfig,
  type RankerEpoch,
  type RankExample,
  type RankingMetrics,
  type TrainState,
} from '@click-recall/model';
import type { EpochRow, ExperimentKind, ExperimentOutcome, Figures } from '../experiment-kind.js';
import { nextItemSplit } from '../protocol/next-item-split.js';
import { clicksOf, nextItemBaselines, rankingFigures } from './next-item-baselines.js';

interface RankerSettings extends ModelConfig {
  readonly ranker: RankerConfig;
  /** Items of a recalled list. */
  readonly candidates: number;
}

/** Users of whose validation lists every so many-th chooses the ranker's epoch; the others' are learned from. */
const everyUser = 7;

/** The sequence encoder and a ranker of its best items; `model` has `encoder`, `training`, `ranker` and `candidates`. */
export const ranker: ExperimentKind<RankerSettings> = {
  network: 'ranker',
  task: 'next-item',
  watched: 'NDCG@10',

  parse(model, protocol) {
    if (protocol.kind !== 'leave-one-out') throw new ModelConfigError('protocol.kind', 'leave-one-out', protocol.kind);
    // What it orders is what recall finds, and recall leaves out what was seen.
    if (protocol.keepRepeats) throw new ModelConfigError('protocol.keepRepeats', 'false where a ranker orders', true);
    const { ranker: network, candidates = 100, ...encoder } = model;
    if (!Number.isInteger(candidates) || (candidates as number) < 2) {
      throw new ModelConfigError('candidates', 'a whole number from 2', candidates);
    }
    return { ...parseModelConfig(encoder), ranker: parseRankerConfig(network), candidates: candidates as number };
  },

  describe: ({ encoder, candidates }) => [
    `the newest ${encoder.sequenceLength} clicks of an input are looked at`,
    `the best ${candidates} are re-ranked; the ranker has learned from the validation clicks, its epoch chosen by every ${everyUser}th user's`,
  ],

  /** Checkpoints are the encoder's: after an interruption the ranker, which takes a fraction of the time, begins anew. */
  async train({ settings, protocol, data, seed, checkpoints, signal, onStep, onEpoch }): Promise<ExperimentOutcome> {
    const { train, validation, test } = nextItemSplit(data, protocol);
    const itemCount = data.itemIds.length;
    const config = { ...settings.training, seed };
    const epochs = config.epochs + settings.ranker.epochs;
    const row = ({ epoch, loss, milliseconds, validation: looked }: EpochReport): EpochRow => ({
      epoch,
      epochs,
      loss,
      milliseconds,
      ...(looked && { validation: figures(looked) }),
    });
    const beforeStep = async (): Promise<'continue' | 'cancel'> => (signal.aborted ? 'cancel' : 'continue');
    const encoder = createSequenceEncoder(settings.encoder, itemCount, seed, data.userIds.length);
    try {
      const recalling = await trainEncoder({
        encoder,
        train,
        validation,
        config,
        beforeStep,
        onStep: (step) => onStep({ ...step, epochs }),
        onEpoch: (report) => onEpoch(row(report)),
        onState: (state) => checkpoints.save(state()),
        // Saved by the line above, by a run of the same settings on the same data.
        resume: (await checkpoints.load()) as TrainState | undefined,
      });
      signal.throwIfAborted();
      const encoderEpochs = recalling.epochs.length;
      const behindEncoder = (report: RankerEpoch): EpochRow => row({ ...report, epoch: encoderEpochs + report.epoch });
      const recall = { scores: encoderScores(encoder), itemCount, candidates: settings.candidates };
      const clicks = clicksOf(train, itemCount);
      const lists = splitLists(recalledExamples(validation, recall));
      const { ranker: trained, ...result } = await trainRanker({
        items: {
          vectors: encoder.itemVectors(),
          dim: encoder.dim,
          clicks: Float32Array.from(clicks),
          followers: itemFollowers(train, itemCount),
        },
        ...lists,
        config: { ...settings.ranker, seed },
        beforeStep,
        onEpoch: (report) => onEpoch(behindEncoder(report)),
      });
      signal.throwIfAborted();
      const report = await evaluateRanking({ scores: rerankedScores(trained, recall), clicks, ...test });
      const ranked = trained.snapshot().parameters;
      trained.dispose();
      return {
        test: rankingFigures(report),
        validation: figures(result.bestValidation),
        chosenEpoch: encoderEpochs + result.bestEpoch,
        stoppedEarly: encoderEpochs + result.epochs.length < epochs,
        epochs: [...recalling.epochs.map(row), ...result.epochs.map(behindEncoder)],
        parameters: count(encoder.snapshot().parameters) + count(ranked),
        counts: { users: test.targets.length, items: itemCount, clicks: data.interactions.items.length },
      };
    } finally {
      encoder.dispose();
    }
  },

  baselines: nextItemBaselines,
};

function splitLists(lists: readonly RankExample[]): { train: RankExample[]; validation: RankExample[] } {
  return {
    train: lists.filter((_, user) => user % everyUser !== 0),
    validation: lists.filter((_, user) => user % everyUser === 0),
  };
}

function figures({ hr, ndcg }: RankingMetrics): Figures {
  return { 'HR@10': hr, 'NDCG@10': ndcg };
}

function count(parameters: ReadonlyMap<string, { readonly value: Float32Array }>): number {
  return [...parameters.values()].reduce((sum, { value }) => sum + value.length, 0);
}
