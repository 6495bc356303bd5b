import { metricsSchema, type JobData, type JobResult } from '@click-recall/contracts';
import { JobFailedError } from '@click-recall/jobs';
import type { Registry } from '@click-recall/registry';
import { holdOut, untrained } from '../steps/hold-out.js';
import { isUnusable, loadVersion, type LoadedVersion } from '../steps/load-version.js';
import { measure } from '../steps/measure.js';
import { takeSnapshot } from '../steps/take-snapshot.js';
import type { TaskContext } from './task-context.js';

/** Measures a stored version on the newest clicks of today, those it was trained on left out. */
export async function evaluate(
  { modelVersion }: JobData<'evaluate'>,
  context: TaskContext,
): Promise<JobResult<'evaluate'>> {
  const { registry, sequences, checkpoint } = context;
  const { encoder, itemIds, trained } = await loadOrFail(registry, modelVersion);
  const written = metricsSchema.parse(
    JSON.parse(Buffer.from(await registry.readFile(modelVersion, 'metrics.json')).toString('utf8')),
  );
  const snapshot = await takeSnapshot({ store: sequences, known: itemIds, checkpoint });
  const { train, test } = holdOut(snapshot);
  const clicks = untrained(test, [trained]);
  context.note(`${clicks.targets.length} of ${test.targets.length} newest clicks are new to ${modelVersion}`);
  await checkpoint();
  const { hr10, ndcg10, popularity, markov } = await measure({
    encoder,
    itemIds,
    clicks,
    clickItemIds: snapshot.itemIds,
    train,
  });
  encoder.dispose();
  const { items, clicks: total } = snapshot;
  const today = { users: snapshot.userIds.length, items, clicks: total };
  return { modelVersion, metrics: { ...written, hr10, ndcg10, popularity, markov, ...today } };
}

/** Throws a JobFailedError where the version is not there or damaged. */
export async function loadOrFail(registry: Registry, version: string): Promise<LoadedVersion> {
  try {
    return await loadVersion(registry, version);
  } catch (error) {
    if (!isUnusable(error)) throw error;
    throw new JobFailedError(error.name === 'UnknownModelError' ? 'unknown-model' : 'damaged-model', error.message);
  }
}
