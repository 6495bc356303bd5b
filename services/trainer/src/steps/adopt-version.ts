import type { Metrics } from '@click-recall/contracts';
import type { TaskContext } from '../tasks/task-context.js';
import type { Verdict } from './gate.js';
import { versionOfFiles } from './version-record.js';

/** A version that an earlier run of the same job has written. */
export interface WrittenBefore {
  readonly metrics: Metrics;
  readonly verdict: Verdict;
}

/**
 * The version, if an earlier run of this job got as far as writing it before its process ended; its record is made where that is missing.
 * So a job makes one version, however often it is run. Undefined where there is none; then there is room for it.
 */
export async function adoptVersion(
  version: string,
  { registry, models, settings, note }: Pick<TaskContext, 'registry' | 'models' | 'settings' | 'note'>,
): Promise<WrittenBefore | undefined> {
  await registry.prepare(version);
  if (!(await registry.has(version))) return undefined;
  const { record, verdict } = await versionOfFiles(version, { registry, registryUrl: settings.registryUrl });
  if (!(await models.get(version))) await models.save(record);
  note(`an earlier run of this job has written ${version}`);
  return { metrics: record.metrics, verdict: verdict ?? { passed: true, basis: 'versions', message: 'not kept' } };
}
