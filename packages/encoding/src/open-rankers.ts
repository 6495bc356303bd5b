import { deserializeRanker, type ModelFiles } from '@click-recall/model';
import type { ServiceContext } from '@click-recall/runtime';

import type { Encoders } from './encoders.js';
import { createRankers, type Rankers } from './rankers.js';

/** The rankers in memory of a service, beside its encoders: closed with it, each run measured. */
export function openRankers(
  { metrics, scope }: Pick<ServiceContext, 'metrics' | 'scope'>,
  registry: { read(version: string): Promise<ModelFiles> },
  encoders: Pick<Encoders, 'get'>,
): Rankers {
  const rankers = createRankers({
    read: (version) => registry.read(version),
    encoders,
    deserialize: deserializeRanker,
    onRank: (_lists, seconds) => metrics.rankSeconds.observe(seconds),
  });
  scope.add('store', 'rankers', () => rankers.close());
  return rankers;
}
