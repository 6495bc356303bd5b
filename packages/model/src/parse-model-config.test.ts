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

  it('takes labels that the encoder can be trained on where the config names none', () => {
    expect(parseModelConfig({ encoder: { pooling: 'mean' } }).training.labels).toBe('outside-prefix');
    expect(parseModelConfig({ training: { labels: 'outside-prefix' } }).training.labels).toBe('outside-prefix');
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
    [{ training: { beta2: 1 } }, 'training.beta2'],
    [{ training: { windowOverlap: 1 } }, 'training.windowOverlap'],
    [{ training: { itemStart: 'svd' } }, 'training.itemStart'],
    [{ training: { toString: 1 } }, 'training.toString'],
    [{ training: { negatives: 'full' } }, 'training.negatives'],
    [{ training: { negatives: { kind: 'all' } } }, 'training.negatives.kind'],
    [{ training: { negatives: { kind: 'full', count: 1 } } }, 'training.negatives.count'],
    [{ training: { negatives: { kind: 'in-batch-shared' } } }, 'training.negatives.count'],
    [{ training: { negatives: { kind: 'mixed', inBatch: 1, uniform: 0 } } }, 'training.negatives.uniform'],
    [{ training: { hotWeights: 'documentExact', negatives: { kind: 'full' } } }, 'training.hotWeights'],
    [{ training: { temperature: 0 } }, 'training.temperature'],
    [{ training: { schedule: 'linear' } }, 'training.schedule'],
    [{ training: { warmupSteps: -1 } }, 'training.warmupSteps'],
    [{ training: { averaging: 1 } }, 'training.averaging'],
    [{ training: { weightDecay: Number.NaN } }, 'training.weightDecay'],
    [{ training: { batches: 'sorted' } }, 'training.batches'],
    [{ training: { prefixesPerUser: 0 } }, 'training.prefixesPerUser'],
    [{ training: { labels: 'some' } }, 'training.labels'],
    [{ encoder: { attention: 'none' }, training: { labels: 'every-place' } }, 'training.labels'],
    [{ trainning: {} }, 'trainning'],
    ['{}', 'the model config'],
  ])('refuses %j, naming the field', (input, field) => {
    const attempt = (): unknown => parseModelConfig(input);
    expect(attempt).toThrow(ModelConfigError);
    expect(attempt).toThrow(expect.objectContaining({ field }));
  });
});
