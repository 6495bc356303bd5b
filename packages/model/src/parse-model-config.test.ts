import { describe, expect, it } from 'vitest';
import { defaultModelConfig } from './config.js';
import { ModelConfigError } from './errors.js';
import { parseModelConfig } from './parse-model-config.js';

describe('parseModelConfig', () => {
  it('fills what is left out with the defaults', () => {
    expect(parseModelConfig({})).toEqual(defaultModelConfig);
    const config = parseModelConfig({ encoder: { layers: 3 }, training: { seed: 9 } });
    expect(config.encoder).toEqual({ ...defaultModelConfig.encoder, layers: 3 });
    expect(config.training).toEqual({ ...defaultModelConfig.training, seed: 9 });
  });

  it.each([
    [{ encoder: { network: 'transformer' } }, 'encoder.network'],
    [{ encoder: { sequenceLength: 0 } }, 'encoder.sequenceLength'],
    [{ encoder: { dim: 63 } }, 'encoder.dim'],
    [{ encoder: { dropout: 1 } }, 'encoder.dropout'],
    [{ encoder: { normEpsilon: '1e-6' } }, 'encoder.normEpsilon'],
    [{ encoder: { inputNorm: 1 } }, 'encoder.inputNorm'],
    [{ encoder: { dims: 64 } }, 'encoder.dims'],
    [{ encoder: { activation: 'tanh' } }, 'encoder.activation'],
    [{ encoder: { norm: 'both' } }, 'encoder.norm'],
    [{ encoder: { tiedTables: 'yes' } }, 'encoder.tiedTables'],
    [{ encoder: { unitVectors: 1 } }, 'encoder.unitVectors'],
    [{ encoder: { attention: 'future' } }, 'encoder.attention'],
    [{ encoder: { inputMask: 0 } }, 'encoder.inputMask'],
    [{ encoder: { positions: 'on' } }, 'encoder.positions'],
    [{ encoder: { pooling: 'first' } }, 'encoder.pooling'],
    [{ encoder: { user: 'beside' } }, 'encoder.user'],
    [{ encoder: null }, 'encoder'],
    [{ training: { batchSize: 1.5 } }, 'training.batchSize'],
    [{ training: { learningRate: Number.NaN } }, 'training.learningRate'],
    [{ training: { hotWeights: true } }, 'training.hotWeights'],
    [{ training: { toString: 1 } }, 'training.toString'],
    [{ trainning: {} }, 'trainning'],
    ['{}', 'the model config'],
  ])('refuses %j, naming the field', (input, field) => {
    const attempt = (): unknown => parseModelConfig(input);
    expect(attempt).toThrow(ModelConfigError);
    expect(attempt).toThrow(expect.objectContaining({ field }));
  });
});
