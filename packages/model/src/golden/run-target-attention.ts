import { compute, differentiate, type Leaves } from '../kernels/differentiate.js';
import { div, square, sum } from '../kernels/recorded.js';
import { floats, readFloats } from '../kernels/tensorflow.js';
import type { TargetAttentionConfig } from '../networks/target-attention/config.js';
import {
  targetAttention,
  type TargetAttentionInput,
  type TargetAttentionOutput,
} from '../networks/target-attention/target-attention.js';
import { denseGradients } from './dense-gradient.js';
import type { GoldenCase, GoldenResult } from './golden-case.js';
import { goldenParameters } from './golden-parameters.js';

export function runTargetAttention(given: GoldenCase): GoldenResult {
  const config = attentionConfig(given.config);
  const parameters = goldenParameters(given);
  const history = given.inputs['history']!;
  const candidates = given.inputs['candidates']!;
  const [batch = 0, clicks = 0] = history.shape;
  const lookups = {
    keys: { table: 'items', indexes: Int32Array.from(history.values, Number), shape: history.shape },
    queries: { table: 'items', indexes: Int32Array.from(candidates.values, Number), shape: candidates.shape },
  };
  const isReal = Float32Array.from(history.values, (item) => (item === 0 ? 0 : 1));
  const forward = ({ weight, vectors }: Leaves<'keys' | 'queries'>): TargetAttentionOutput => {
    const input: TargetAttentionInput = {
      queries: vectors('queries'),
      keys: vectors('keys'),
      isReal: floats(isReal, [batch, 1, clicks]),
    };
    return targetAttention(config, input, weight);
  };
  const outputs = compute(parameters, lookups, (leaves) => {
    const { output, weights } = forward(leaves);
    return { output: readFloats(output), weights: readFloats(weights) };
  });
  const { gradients } = differentiate({
    parameters,
    lookups,
    loss: (leaves) => div(sum(square(forward(leaves).output)), 2),
  });
  return { outputs, gradients: denseGradients(gradients, parameters) };
}

function attentionConfig(config: GoldenCase['config']): TargetAttentionConfig {
  const softmax = config['weightNormalization'] === true;
  const kind = String(config['kind']);
  switch (kind) {
    case 'unit':
      return { kind: 'unit', softmax };
    case 'din':
      return { kind: 'din', softmax, hidden: Number(config['hidden']) };
    case 'multi-head':
      return { kind: 'multi-head', heads: Number(config['heads']), mask: config['mask'] === true };
    default:
      throw new Error(`no target attention is called ${kind}`);
  }
}
