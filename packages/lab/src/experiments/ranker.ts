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
  trainRanker,
  type ModelConfig,
  type RankerConfig,
  type RankerEpoch,
  type RankExample,
} from '@click-recall/model';
import type { EpochRow, ExperimentKind, ExperimentOutcome } from '../experiment-kind.js';
import { nextItemSplit } from '../protocol/next-item-split.js';
import { epochRow, fitEncoder, parameterCount, untilAborted, validationFigures } from './fit-encoder.js';
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
    const encoder = createSequenceEncoder(settings.encoder, itemCount, seed, data.userIds.length);
    try {
      const progress = { checkpoints, onStep, onEpoch, signal };
      const recalling = await fitEncoder({ encoder, train, validation, config, epochs, ...progress });
      const encoderEpochs = recalling.epochs.length;
      const behindEncoder = (report: RankerEpoch): EpochRow =>
        epochRow({ ...report, epoch: encoderEpochs + report.epoch }, epochs);
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
        beforeStep: untilAborted(signal),
        onEpoch: (report) => onEpoch(behindEncoder(report)),
      });
      signal.throwIfAborted();
      const report = await evaluateRanking({ scores: rerankedScores(trained, recall), clicks, ...test });
      const ranked = trained.snapshot().parameters;
      trained.dispose();
      return {
        test: rankingFigures(report),
        validation: validationFigures(result.bestValidation),
        chosenEpoch: encoderEpochs + result.bestEpoch,
        stoppedEarly: encoderEpochs + result.epochs.length < epochs,
        epochs: [...recalling.epochs.map((epoch) => epochRow(epoch, epochs)), ...result.epochs.map(behindEncoder)],
        parameters: parameterCount(encoder.snapshot().parameters) + parameterCount(ranked),
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
