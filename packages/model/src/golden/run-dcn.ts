import { compute, differentiate, type Leaves } from '../kernels/differentiate.js';
import { sigmoid } from '../kernels/recorded.js';
import { floats, readFloats, type Tensor } from '../kernels/tensorflow.js';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy.js';
import { parseClickModelConfig, type ClickModelConfig } from '../networks/dcn/config.js';
import type { FeatureRows } from '../networks/dcn/feature-rows.js';
import { clickLogit, clickLookups } from '../networks/dcn/forward.js';
import { isMovingStatistic } from '../recorded-layers/batch-norm.js';
import { denseGradients } from './dense-gradient.js';
import type { GoldenCase, GoldenResult } from './golden-case.js';
import { goldenParameters } from './golden-parameters.js';

/** Settings of a case that are also those of the network. */
const settings = ['embedding', 'cross', 'order', 'rank', 'experts', 'hidden', 'method', 'normEpsilon'] as const;

export function runDcn(given: GoldenCase): GoldenResult {
  const config = dcnConfig(given.config);
  const parameters = goldenParameters(given);
  const features = given.inputs['features']!;
  const labels = Float32Array.from(given.inputs['labels']!.values, Number);
  const [batch = 0, fields = 0] = features.shape;
  const slots = Array.from({ length: fields }, () => 1);
  const rows: FeatureRows = { rows: batch, slots, indexes: Int32Array.from(features.values, Number) };
  const lookups = clickLookups(config, rows);
  const forward = (leaves: Leaves<string>): { logit: Tensor; cross?: Tensor; loss: Tensor } => {
    const training = given.config['training'] === true ? { statistics: new Map() } : {};
    const made = clickLogit(config, rows, leaves, training);
    return { ...made, loss: binaryCrossEntropy(made.logit, floats(labels, [batch])) };
  };
  const outputs = compute(parameters, lookups, (leaves) => {
    const { cross, logit, loss } = forward(leaves);
    return {
      ...(cross && { cross: readFloats(cross) }),
      probability: readFloats(sigmoid(logit)),
      loss: readFloats(loss),
    };
  });
  const { gradients } = differentiate({
    parameters,
    lookups,
    fixed: new Set([...parameters.keys()].filter(isMovingStatistic)),
    loss: (leaves) => forward(leaves).loss,
  });
  return { outputs, gradients: denseGradients(gradients, parameters) };
}

function dcnConfig(config: GoldenCase['config']): ClickModelConfig {
  const given = settings.filter((name) => name in config).map((name) => [name, config[name]]);
  return parseClickModelConfig({ network: 'dcn', ...Object.fromEntries(given) });
}
