import { createRandom, shuffle } from '@click-recall/model';
import type { RandomSplit } from './protocol.js';

/** Rows of `interactions`, ascending. */
export interface RowSplit {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** Deals `rows` interactions out by the protocol's shares and seed: the same rows whatever the model. */
export function splitRandomly(rows: number, { train, validation, seed }: RandomSplit): RowSplit {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  shuffle(order, createRandom(seed));
  const trainEnd = Math.round(rows * train);
  const validationEnd = Math.round(rows * (train + validation));
  return {
    train: order.slice(0, trainEnd).sort(),
    validation: order.slice(trainEnd, validationEnd).sort(),
    test: order.slice(validationEnd).sort(),
  };
}
