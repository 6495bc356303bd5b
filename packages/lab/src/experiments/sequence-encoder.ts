import {
  createSequenceEncoder,
  encoderScores,
  evaluateRanking,
  ModelConfigError,
  parseModelConfig,
  trainEncoder,
  type EpochReport,
  type ModelConfig,
  type RankingMetrics,
  type TrainState,
} from '@click-recall/model';
import type { EpochRow, ExperimentKind, ExperimentOutcome, Figures } from '../experiment-kind.js';
import { nextItemSplit } from '../protocol/next-item-split.js';
import { clicksOf, nextItemBaselines, rankingFigures } from './next-item-baselines.js';

/** The sequence encoder and its variants; `model` has `encoder` and `training` as MODEL_CONFIG has them. */
export const sequenceEncoder: ExperimentKind<ModelConfig> = {
  network: 'sequence-encoder',
  task: 'next-item',
  watched: 'NDCG@10',

  parse(model, protocol) {
    if (protocol.kind !== 'leave-one-out') throw new ModelConfigError('protocol.kind', 'leave-one-out', protocol.kind);
    return parseModelConfig(model);
  },

  describe: ({ encoder }) => [`the newest ${encoder.sequenceLength} clicks of an input are looked at`],

  /** Encoders that differ in their depth alone have the same one. */
  family: ({ encoder: { attention, pooling, positions, inputMask, user } }) =>
    [
      `attention ${attention}`,
      `pooling ${pooling}`,
      ...(positions ? [] : ['no positions']),
      ...(inputMask ? ['input masked'] : []),
      ...(user === 'none' ? [] : [`user ${user}`]),
    ].join(', '),

  async train({ settings, protocol, data, seed, checkpoints, signal, onStep, onEpoch }): Promise<ExperimentOutcome> {
    const { train, validation, test } = nextItemSplit(data, protocol);
    const training = { ...settings.training, seed };
    const { epochs } = training;
    const row = (report: EpochReport): EpochRow => ({
      epoch: report.epoch,
      epochs,
      loss: report.loss,
      milliseconds: report.milliseconds,
      ...(report.validation && { validation: figures(report.validation) }),
    });
    const itemCount = data.itemIds.length;
    const encoder = createSequenceEncoder(settings.encoder, itemCount, seed, data.userIds.length);
    try {
      const result = await trainEncoder({
        encoder,
        train,
        validation,
        config: training,
        onStep: (step) => onStep({ ...step, epochs }),
        onEpoch: (report) => onEpoch(row(report)),
        beforeStep: async () => (signal.aborted ? 'cancel' : 'continue'),
        onState: (state) => checkpoints.save(state()),
        // Saved by the line above, by a run of the same settings on the same data.
        resume: (await checkpoints.load()) as TrainState | undefined,
      });
      signal.throwIfAborted();
      const report = await evaluateRanking({
        scores: encoderScores(encoder),
        clicks: clicksOf(train, itemCount),
        ...test,
      });
      return {
        test: rankingFigures(report),
        ...(result.bestValidation && { validation: figures(result.bestValidation) }),
        chosenEpoch: result.bestEpoch,
        stoppedEarly: result.stoppedEarly,
        epochs: result.epochs.map(row),
        parameters: parameterCount(encoder.snapshot().parameters),
        depth: settings.encoder.layers,
        counts: { users: test.targets.length, items: itemCount, clicks: data.interactions.items.length },
      };
    } finally {
      encoder.dispose();
    }
  },

  baselines: nextItemBaselines,
};

function figures({ hr, ndcg }: RankingMetrics): Figures {
  return { 'HR@10': hr, 'NDCG@10': ndcg };
}

function parameterCount(parameters: ReadonlyMap<string, { readonly value: Float32Array }>): number {
  return [...parameters.values()].reduce((sum, { value }) => sum + value.length, 0);
}
