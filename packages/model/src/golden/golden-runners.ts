import type { GoldenRunner } from './golden-case.js';
import { runDcn } from './run-dcn.js';
import { runEncoderVariant } from './run-encoder-variant.js';
import { runSequenceEncoder } from './run-sequence-encoder.js';
import { runTwoTower } from './run-two-tower.js';
import { runTargetAttention } from './run-target-attention.js';

/** By the `network` of a case. */
export const goldenRunners: ReadonlyMap<string, GoldenRunner> = new Map([
  ['dcn', runDcn],
  ['sequence-encoder', runSequenceEncoder],
  ['encoder-variant', runEncoderVariant],
  ['two-tower', runTwoTower],
  ['target-attention', runTargetAttention],
]);
