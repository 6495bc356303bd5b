import { describe, expect, it } from 'vitest';
import { floats, readFloats, scope, type Tensor } from '../../kernels/tensorflow.js';
import { createRandom } from '../../random/random.js';
import { defaultDcnConfig } from './config.js';
import { crossNetwork } from './cross-network.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { crossNetworkShapes, initialParameters } from './parameters.js';

describe('foldBatchNorm', () => {
  it('gives the same logits with a layer less', () => {
    const config = { ...defaultDcnConfig, hidden: [6, 4] };
    const parameters = initialParameters(crossNetworkShapes(config, 5), 1);
    const random = createRandom(2);
    for (const [name, { value }] of parameters) {
      if (name.startsWith('dnn')) value.forEach((_, at) => (value[at] = 0.5 + random.uniform()));
    }
    const folded = foldBatchNorm(config, parameters);
    const x0 = Float32Array.from({ length: 15 }, () => random.normal());
    const logits = (normFolded: boolean): Float32Array =>
      scope(() => {
        const weight = (name: string): Tensor => {
          const { value, shape } = parameters.get(name)!;
          return floats((normFolded ? folded.get(name) : undefined) ?? value, [...shape]);
        };
        return readFloats(crossNetwork(config, floats(x0, [3, 5]), weight, { normFolded }).logit);
      });
    const [plain, short] = [logits(false), logits(true)];
    plain.forEach((logit, at) => expect(short[at]).toBeCloseTo(logit, 4));
  });
});
