import type { SequenceEncoderConfig } from './config.js';

/**
 * Whether padded places count in a sequence's vector. Then sequences are padded to L, always, so that a vector is the same
 * whatever it is encoded with; otherwise to the longest of their block.
 */
export function padsToLength({ attention, pooling }: SequenceEncoderConfig): boolean {
  return pooling !== 'last' || attention === 'inverted-padding' || attention === 'none';
}

/**
 * Whether each place can have a label of its own, the click after it: only where no place sees later ones and a user vector
 * is nothing but the last place. Otherwise a sequence has one label, outside of it.
 */
export function canLabelEveryPlace({ attention, pooling, user }: SequenceEncoderConfig): boolean {
  return attention === 'causal' && pooling === 'last' && user === 'none';
}
