import {
  createSequenceEncoder,
  evaluateFullRanking,
  evaluateMarkov,
  evaluatePopularity,
  ModelConfigError,
  parseModelConfig,
  splitLeaveOneOut,
  trainEncoder,
  type EpochReport,
  type ModelConfig,
  type RankingMetrics,
} from '@click-recall/model';
import type { BaselineOutcome, EpochRow, ExperimentKind, ExperimentOutcome, Figures } from '../experiment-kind.js';
import { userSequences } from '../protocol/user-sequences.js';

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

  async train({ settings, data, seed, signal, onStep, onEpoch }): Promise<ExperimentOutcome> {
    const { train, validation, test } = splitLeaveOneOut(userSequences(data));
    const training = { ...settings.training, seed };
    const encoder = createSequenceEncoder(settings.encoder, data.itemIds.length, seed, data.userIds.length);
    try {
      const { epochs } = training;
      const row = (report: EpochReport): EpochRow => ({
        epoch: report.epoch,
        epochs,
        loss: report.loss,
        milliseconds: report.milliseconds,
        ...(report.validation && { validation: figures(report.validation) }),
      });
      const result = await trainEncoder({
        encoder,
        train,
        validation,
        config: training,
        onStep: (step) => onStep({ ...step, epochs }),
        onEpoch: (report) => onEpoch(row(report)),
        beforeStep: async () => (signal.aborted ? 'cancel' : 'continue'),
      });
      signal.throwIfAborted();
      return {
        test: figures(await evaluateFullRanking({ encoder, ...test })),
        ...(result.bestValidation && { validation: figures(result.bestValidation) }),
        chosenEpoch: result.bestEpoch,
        stoppedEarly: result.stoppedEarly,
        epochs: result.epochs.map(row),
        parameters: parameterCount(encoder.snapshot().parameters),
        depth: settings.encoder.layers,
        counts: { users: test.targets.length, items: data.itemIds.length, clicks: data.interactions.items.length },
      };
    } finally {
      encoder.dispose();
    }
  },

  async baselines({ data }): Promise<readonly BaselineOutcome[]> {
    const { train, test } = splitLeaveOneOut(userSequences(data));
    const request = { train, itemCount: data.itemIds.length, ...test };
    return [
      { name: 'popularity', test: figures(evaluatePopularity(request)) },
      { name: 'first-order Markov', test: figures(evaluateMarkov(request)) },
    ];
  },
};

function figures({ hr, ndcg }: RankingMetrics): Figures {
  return { 'HR@10': hr, 'NDCG@10': ndcg };
}

function parameterCount(parameters: ReadonlyMap<string, { readonly value: Float32Array }>): number {
  return [...parameters.values()].reduce((sum, { value }) => sum + value.length, 0);
}
