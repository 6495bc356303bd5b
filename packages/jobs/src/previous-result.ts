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
  const [value] = Object.values(await job.getChildrenValues<unknown>());
  // A child that failed, was retried by hand and then succeeded has left both.
  if (value !== undefined) return JOBS[before].result.parse(value) as PreviousOf[N];
  const [reason] = Object.values(await job.getIgnoredChildrenFailures());
  if (reason === undefined) return undefined;
  const failure = parseFailure(reason);
  throw failure.code === 'error'
    ? new JobFailedError('earlier-step-failed', reason)
    : new JobFailedError(failure.code, failure.message);
}
