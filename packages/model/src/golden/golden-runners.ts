import type { GoldenRunner } from './golden-case.js';
import { runSequenceEncoder } from './run-sequence-encoder.js';
import { runTwoTower } from './run-two-tower.js';
import { runTargetAttention } from './run-target-attention.js';

/** By the `network` of a case. */
export const goldenRunners: ReadonlyMap<string, GoldenRunner> = new Map([
  ['sequence-encoder', runSequenceEncoder],
  ['two-tower', runTwoTower],
  ['target-attention', runTargetAttention],
]);
