import { differences, type GoldenCase, type GoldenRunner } from './golden-case.js';
import { runDcn } from './run-dcn.js';
import { runEncoderVariant } from './run-encoder-variant.js';
import { countDifferences, type ParameterCounts } from './run-parameter-counts.js';
import { runSequenceEncoder } from './run-sequence-encoder.js';
import { runTargetAttention } from './run-target-attention.js';
import { runTwoTower } from './run-two-tower.js';

/** What a file of the folder `golden` holds, told apart by `network`. */
export type GoldenFile = GoldenCase | ParameterCounts;

/** By the `network` of a case. */
const runners: ReadonlyMap<string, GoldenRunner> = new Map([
  ['dcn', runDcn],
  ['sequence-encoder', runSequenceEncoder],
  ['encoder-variant', runEncoderVariant],
  ['two-tower', runTwoTower],
  ['target-attention', runTargetAttention],
]);

/** What of a file this package computes otherwise, in words. Throws an Error for a network that has no runner. */
export function goldenDifferences(file: GoldenFile): string[] {
  if ('counts' in file) return countDifferences(file);
  const run = runners.get(file.network);
  if (run === undefined) throw new Error(`no runner for the network ${file.network}`);
  return differences(file, run(file));
}
