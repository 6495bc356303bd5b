import { JOBS, type JobData, type JobName, type JobResult } from '@click-recall/contracts';
import { WaitingChildrenError, type Job, type Queue } from 'bullmq';
import { earlierFailure } from './previous-result.js';

export interface PartsRequest<N extends JobName> {
  readonly name: N;
  readonly job: Job;
  readonly token: string | undefined;
  readonly queue: Queue;
  readonly parts: readonly JobData<N>[];
}

/**
 * The results of a job's parts, in their order; while some have not ended, the job is put to sleep and this throws BullMQ's
 * WaitingChildrenError. Each part has an id of its own place, and its result is kept with the job, so whatever is done again adds
 * only what has no result yet. Throws a JobFailedError with the reason of a part that has failed for good.
 */
export async function runParts<N extends JobName>(request: PartsRequest<N>): Promise<JobResult<N>[]> {
  const { name, job, token, queue, parts } = request;
  const ids = parts.map((_, place) => `${job.id}-${place}`);
  for (;;) {
    const [values, failures] = await Promise.all([job.getChildrenValues<unknown>(), job.getIgnoredChildrenFailures()]);
    const keyOf = (id: string): string => `${job.queueQualifiedName}:${id}`;
    const missing = ids.flatMap((id, place) => (keyOf(id) in values ? [] : [{ id, data: parts[place]! }]));
    if (missing.length === 0) return ids.map((id) => JOBS[name].result.parse(values[keyOf(id)]) as JobResult<N>);
    const reason = missing.map(({ id }) => failures[keyOf(id)]).find((failure) => failure !== undefined);
    if (reason !== undefined) throw earlierFailure(reason);
    await queue.addBulk(missing.map(({ id, data }) => ({ name, data, opts: partOptions(job, id) })));
    if (await job.moveToWaitingChildren(token ?? '')) throw new WaitingChildrenError();
    // All of them have ended in this moment.
  }
}

/** The job that this one is a part of; undefined for a job that stands by itself or in a flow. */
export function wholeOf({ parent, queueQualifiedName }: Job): string | undefined {
  return parent?.queueKey === queueQualifiedName ? parent.id : undefined;
}

/** Tried as often as the whole. Only failed ones stay to be looked into. */
function partOptions({ id, queueQualifiedName, opts: { attempts, backoff, removeOnFail } }: Job, jobId: string) {
  return {
    jobId,
    parent: { id: id!, queue: queueQualifiedName },
    ignoreDependencyOnFailure: true,
    removeOnComplete: true,
    ...(attempts !== undefined && { attempts }),
    ...(backoff !== undefined && { backoff }),
    ...(removeOnFail !== undefined && { removeOnFail }),
  };
}
