import type { ModelConfig } from '../config.js';
import type { SequenceEncoder } from './encoder.js';

/** A fresh encoder; the same seed gives the same weights. */
export function createSequenceEncoder(
  _config: ModelConfig['encoder'],
  _itemCount: number,
  _seed: number,
): SequenceEncoder {
  throw new Error('not written yet');
}
