import { createRandom, shuffle } from '../random/random.js';

/** Item indexes, from 1. */
export interface HeldOutItems {
  /** Lambda is chosen on these. */
  readonly choosing: Int32Array;
  /** Figures are of these. */
  readonly measured: Int32Array;
}

/** Draws a share of the candidates and halves it; each half has at least one item. `candidates` at least 2. */
export function holdOutItems(candidates: Int32Array, share: number, seed: number): HeldOutItems {
  const order = candidates.slice();
  shuffle(order, createRandom(seed));
  const half = Math.max(1, Math.round((candidates.length * share) / 2));
  return { choosing: order.slice(0, half), measured: order.slice(half, 2 * half) };
}
