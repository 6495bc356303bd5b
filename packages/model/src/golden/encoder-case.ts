import { documentModelConfig, type SequenceEncoderConfig } from '../config.js';
import type { PlaceBatch } from '../data/place-batch.js';
import type { GoldenCase, GoldenTensor } from './golden-case.js';

/** What a case of an encoder says of it; what it does not speak of is as in the main encoder. */
export function encoderCaseConfig(config: GoldenCase['config']): SequenceEncoderConfig {
  const number = (name: string): number => Number(config[name]);
  return {
    ...documentModelConfig.encoder,
    sequenceLength: number('sequenceLength'),
    dim: number('dim'),
    heads: number('heads'),
    layers: number('layers'),
    feedForward: number('feedForward'),
    dropout: 0,
    normEpsilon: number('normEpsilon'),
    inputNorm: false,
    attention: (config['mask'] ?? 'causal') as SequenceEncoderConfig['attention'],
    positions: config['positions'] !== false,
    inputMask: config['inputMask'] === true,
    pooling: (config['pooling'] ?? 'last') as SequenceEncoderConfig['pooling'],
    user: (config['user'] ?? 'none') as SequenceEncoderConfig['user'],
  };
}

/** The items of a case, place by place. */
export function casePlaces(itemIds: GoldenTensor): PlaceBatch {
  const [batch = 0, length = 0] = itemIds.shape;
  return { batch, length, items: Int32Array.from(placeByPlace(itemIds)) };
}

/** [B, L] -> [L, B], flat. */
export function placeByPlace({ shape, values }: GoldenTensor): Float32Array {
  const [batch = 0, length = 0] = shape;
  return Float32Array.from(
    { length: batch * length },
    (_, at) => values[(at % batch) * length + Math.floor(at / batch)] ?? Number.NaN,
  );
}
