import type { ClickModelConfig } from '@click-recall/model';
import { clickBaselines } from '../click-through/click-baselines.js';
import { parseClickSettings, type ClickSettings } from '../click-through/click-settings.js';
import { trainClickExperiment } from '../click-through/train-click-experiment.js';
import type { ExperimentKind } from '../experiment-kind.js';

/** DCN-Mix and DCN-V2; `model` has `config`, `fields`, `nonClicks` and `training`. */
export const dcn = clickThrough('dcn');
/** The factorization machine, their baseline. */
export const fm = clickThrough('fm');

function clickThrough(network: ClickModelConfig['network']): ExperimentKind<ClickSettings> {
  return {
    network,
    task: 'click-through',
    watched: 'AUC',
    parse: (model, protocol) => parseClickSettings(network, model, protocol),
    describe: ({ fields, nonClicks, training }) => [
      `fields ${fields.map(({ of }) => of).join(', ')}; counts and times of training rows alone`,
      `without a positive rating every interaction is a click, with ${nonClicks} sampled non-clicks each`,
      'AUC: of a click and a non-click with the same score one half is right',
      `the weights of the best validation AUC, stopped after ${training.patience} checks without a better one`,
    ],
    train: trainClickExperiment,
    baselines: clickBaselines,
  };
}
