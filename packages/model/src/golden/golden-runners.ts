import type { GoldenRunner } from './golden-case.js';
import { runSequenceEncoder } from './run-sequence-encoder.js';

/** By the `network` of a case. */
export const goldenRunners: ReadonlyMap<string, GoldenRunner> = new Map([['sequence-encoder', runSequenceEncoder]]);
