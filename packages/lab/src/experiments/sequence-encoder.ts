import {
  createSequenceEncoder,
  encoderScores,
  evaluateRanking,
  ModelConfigError,
  parseModelConfig,
  type ModelConfig,
} from '@click-recall/model';
import type { ExperimentKind, ExperimentOutcome } from '../experiment-kind.js';
import { nextItemSplit } from '../protocol/next-item-split.js';
import { epochRow, fitEncoder, parameterCount, validationFigures } from './fit-encoder.js';
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
    const itemCount = data.itemIds.length;
    const encoder = createSequenceEncoder(settings.encoder, itemCount, seed, data.userIds.length);
    try {
      const progress = { checkpoints, onStep, onEpoch, signal };
      const result = await fitEncoder({ encoder, train, validation, config: training, epochs, ...progress });
      const report = await evaluateRanking({
        scores: encoderScores(encoder),
        clicks: clicksOf(train, itemCount),
        ...test,
      });
      return {
        test: rankingFigures(report),
        ...(result.bestValidation && { validation: validationFigures(result.bestValidation) }),
        chosenEpoch: result.bestEpoch,
        stoppedEarly: result.stoppedEarly,
        epochs: result.epochs.map((epoch) => epochRow(epoch, epochs)),
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
