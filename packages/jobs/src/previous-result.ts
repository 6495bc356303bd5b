import { JOBS, type JobName } from '@click-recall/contracts';
import type { Job } from 'bullmq';
import { JobFailedError, parseFailure } from './job-failure.js';
import type { PreviousOf } from './running-job.js';

const PREVIOUS = { embed: 'train', activate: 'embed', republish: 'activate' } as const;

/**
 * The result of the flow's job before this one. Where that one has failed, this one fails for the same reason and is not
 * retried: throws a JobFailedError.
 */
export async function previousResult<N extends JobName>(name: N, job: Job): Promise<PreviousOf[N] | undefined> {
  const before = Object.hasOwn(PREVIOUS, name) ? PREVIOUS[name as keyof typeof PREVIOUS] : undefined;
  if (before === undefined) return undefined;
  // Parts of this job itself are its children too.
  const ofBefore = `${job.queueQualifiedName.slice(0, -name.length)}${before}:`;
  const first = <T>(children: Record<string, T>): T | undefined =>
    Object.entries(children).find(([key]) => key.startsWith(ofBefore))?.[1];
  const value = first(await job.getChildrenValues<unknown>());
  // A child that failed, was retried by hand and then succeeded has left both.
  if (value !== undefined) return JOBS[before].result.parse(value) as PreviousOf[N];
  const reason = first(await job.getIgnoredChildrenFailures());
  if (reason === undefined) return undefined;
  throw earlierFailure(reason);
}

/** What a job fails with where a job that it needs has failed for this reason. */
export function earlierFailure(reason: string): JobFailedError {
  const failure = parseFailure(reason);
  return failure.code === 'error'
    ? new JobFailedError('earlier-step-failed', reason)
    : new JobFailedError(failure.code, failure.message);
}
