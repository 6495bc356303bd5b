import { tensorCount, type ModelFiles } from '@click-recall/model';
import type { ServiceContext } from '@click-recall/runtime';
import { createEncoders, type Encoders } from './encoders.js';

/** The model versions in memory of a service: closed with it, each encoding measured. `registry` reads and verifies a version's files. */
export function openEncoders(
  { metrics, scope }: Pick<ServiceContext, 'metrics' | 'scope'>,
  registry: { read(version: string): Promise<ModelFiles> },
): Encoders {
  const encoders = createEncoders({
    read: (version) => registry.read(version),
    onEncode: (size, seconds) => {
      metrics.encodeSize.observe(size);
      metrics.encodeSeconds.observe(seconds);
    },
  });
  metrics.beforeScrape(async () => metrics.tensors.set(tensorCount()));
  scope.add('store', 'encoders', () => encoders.close());
  return encoders;
}
