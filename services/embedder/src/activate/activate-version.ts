import { setTimeout as delay } from 'node:timers/promises';
import type { JobResult } from '@click-recall/contracts';
import { JobFailedError, type RunningJob } from '@click-recall/jobs';
import type { KafkaAdmin } from '@click-recall/kafka';
import {
  bestRanker,
  type Activation,
  type ActivationStore,
  type Lift,
  type ModelRecord,
  type ModelStore,
  type RankerStore,
} from '@click-recall/redis';
import type { Logger } from '@click-recall/runtime';
import { overtaken } from './overtaken.js';
import { partitionsBehind } from './offsets-passed.js';

export interface ActivateVersionDeps {
  readonly models: Pick<ModelStore, 'get' | 'update'>;
  /** Rankers trained for the version before: the best one goes live with it. A version that is new has none. */
  readonly rankers: Pick<RankerStore, 'list'>;
  readonly activations: Pick<ActivationStore, 'read' | 'compareAndSet' | 'buildingVersions' | 'removeBuilding'>;
  readonly admin: Pick<KafkaAdmin, 'groupOffsets' | 'topicStartOffsets' | 'topicEndOffsets'>;
  /** Full name of the `sequence-updates` topic, and the group that reads it here. */
  readonly topic: string;
  readonly group: string;
  readonly logger: Logger;
  readonly pollMs?: number;
  /** Longest wait for the noted offsets; then the attempt fails. Default 10 minutes. */
  readonly deadlineMs?: number;
}

/**
 * The `activate` job: waits until the updates from before the build are applied, then makes the version live in one step; a trained one
 * only in place of the version that it was trained to replace.
 */
export function createActivateVersion(deps: ActivateVersionDeps) {
  const { models, rankers, activations, admin, topic, group, logger, pollMs = 100, deadlineMs = 600_000 } = deps;

  return async function activateVersion(job: RunningJob<'activate'>): Promise<JobResult<'activate'>> {
    const version = job.data.modelVersion ?? job.previous?.modelVersion;
    if (version === undefined) throw new JobFailedError('invalid-job', 'no model version is named');
    if (!job.previous) throw new JobFailedError('invalid-job', 'no embed job came before');
    const activated = await alreadyLive(version);
    if (!activated) await applied(job.previous.awaitOffsets, job);
    const hasMapping = typeof job.previous.newItems === 'number';
    const { previous } = activated ?? (await activate(version, job.data.reason, hasMapping));
    // The record says what people see; what counts is the activation, so a crash before this line changes nothing.
    await models.update(version, { status: 'live' });
    if (previous !== null && previous !== version) await demote(previous);
    await activations.removeBuilding(version);
    logger.info({ version, previous, reason: job.data.reason }, `model ${version} is live`);
    return { modelVersion: version, previous };
  };

  async function alreadyLive(version: string): Promise<Activation | undefined> {
    const activation = await activations.read();
    return activation?.encoder === version ? activation : undefined;
  }

  async function applied(noted: Readonly<Record<string, string>>, job: RunningJob<'activate'>): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      const [committed, starts, ends] = await Promise.all([
        admin.groupOffsets(group, topic),
        admin.topicStartOffsets(topic),
        admin.topicEndOffsets(topic),
      ]);
      const behind = partitionsBehind(noted, { committed, starts, ends });
      if (behind.length === 0) return;
      if (Date.now() > deadline)
        throw new Error(`partitions ${behind.join(', ')} of ${topic} are not read up to the build`);
      await job.progress({ phase: 'waiting', partitions: behind });
      await delay(pollMs, undefined, { signal: job.signal });
    }
  }

  async function activate(version: string, reason: 'train' | 'rollback', hasMapping: boolean): Promise<Activation> {
    const { record, lift } = await ready(version);
    for (;;) {
      const live = (await activations.read())?.encoder ?? null;
      // A rollback is an operator's wish and comes before whatever was live.
      const refusal = reason === 'train' ? overtaken(record, live) : undefined;
      if (refusal) {
        await activations.removeBuilding(version);
        throw refusal;
      }
      const ranker = bestRanker(await rankers.list(version))?.version ?? '';
      const next = activationOf(version, lift, live, { ranker, hasMapping });
      if ((await activations.compareAndSet(live, next)) === 'activated') return next;
      // Another version went live in this moment.
    }
  }

  async function ready(version: string): Promise<{ record: ModelRecord; lift: Lift }> {
    const record = await models.get(version);
    if (!record) throw new JobFailedError('unknown-model', `there is no model version ${version}`);
    const building = await activations.buildingVersions();
    if (!record.lift || record.status !== 'ready' || !building.includes(version)) {
      throw new JobFailedError('index-check-failed', `the index of ${version} is not complete: embed it again`);
    }
    return { record, lift: record.lift };
  }

  async function demote(version: string): Promise<void> {
    const record = await models.get(version);
    if (record?.status === 'live') await models.update(version, { status: 'ready' });
  }
}

function activationOf(
  version: string,
  lift: Lift,
  previous: string | null,
  { ranker, hasMapping }: { readonly ranker: string; readonly hasMapping: boolean },
): Activation {
  return {
    encoder: version,
    index: version,
    vocabulary: version,
    lift,
    ranker,
    mapping: hasMapping ? version : '',
    activatedAt: Date.now(),
    previous,
  };
}
