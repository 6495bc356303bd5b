import type { ExperimentKind } from '../experiment-kind.js';
import { dcn, fm } from './dcn.js';
import { ranker } from './ranker.js';
import { sequenceEncoder } from './sequence-encoder.js';
import { twoTower } from './two-tower.js';

/** Every network there is; another one is a file beside this one and a line here. */
const kinds = [sequenceEncoder, twoTower, dcn, fm, ranker] as const;

/** By `model.network`. */
export const experimentKinds: ReadonlyMap<string, ExperimentKind> = new Map(
  kinds.map((kind) => [kind.network, kind as ExperimentKind]),
);
