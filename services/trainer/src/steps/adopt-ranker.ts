import type { RankerMetrics } from '@click-recall/contracts';
import type { TaskContext } from '../tasks/task-context.js';
import type { RankerVerdict } from './judge-ranker.js';
import { rankerOfFiles } from './ranker-record.js';

/** The ranker that an earlier run of the same job has written, as `adoptVersion` finds a version. */
export async function adoptRanker(
  version: string,
  { registry, rankers, settings, note }: Pick<TaskContext, 'registry' | 'rankers' | 'settings' | 'note'>,
): Promise<
  { readonly modelVersion: string; readonly metrics: RankerMetrics; readonly verdict: RankerVerdict } | undefined
> {
  await registry.prepare(version);
  if (!(await registry.has(version))) return undefined;
  const { record, verdict } = await rankerOfFiles(version, { registry, registryUrl: settings.registryUrl });
  if (!(await rankers.get(version))) await rankers.save(record);
  note(`an earlier run of this job has written ${version}`);
  return { modelVersion: record.modelVersion, metrics: record.metrics, verdict };
}
