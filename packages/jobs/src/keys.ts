import type { JobName } from '@click-recall/contracts';

/** One braced prefix for everything of BullMQ, so that a flow's jobs lie in one slot of a Redis Cluster. */
export function queuePrefix(namespace: string): string {
  return `{${namespace}}:bull`;
}

/** Where the schedule's ticks go; not a queue of `JOBS`, since a tick only starts a flow. */
export const SCHEDULE_QUEUE = 'schedule';

/** The newest training flow. Not `prefix:queue:...`, so no job and no queue can have this key. */
export function trainingKey(namespace: string): string {
  return `{${namespace}}:training-flow`;
}

/** The training of a ranker that follows the activation of an encoder version. */
export function rankerJobId(modelVersion: string): string {
  return `after-${modelVersion}`;
}

/** Set while an operator wants the job to end. */
export function cancelKey(namespace: string, name: JobName, id: string): string {
  return `{${namespace}}:cancel:${name}:${id}`;
}
