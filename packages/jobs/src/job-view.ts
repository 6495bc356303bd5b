import { JOBS, type JobData, type JobName, type JobResult } from '@click-recall/contracts';
import type { Queue } from 'bullmq';
import { parseFailure } from './job-failure.js';
import type { JobState, JobView } from './jobs.js';

/** A stored job as seen from outside; undefined where there is none. */
export async function jobView<N extends JobName>(name: N, queue: Queue, id: string): Promise<JobView<N> | undefined> {
  // The state first: a job that is then read is at least as far, so one that has completed has its result.
  const state = jobState(await queue.getJobState(id));
  const job = await queue.getJob(id);
  if (!job) return undefined;
  const data = JOBS[name].data.safeParse(job.data);
  const result = state === 'completed' ? JOBS[name].result.safeParse(job.returnvalue) : undefined;
  return {
    name,
    id,
    state,
    data: data.data as JobData<N> | undefined,
    // BullMQ's "no progress yet" is the number 0.
    progress: job.progress === 0 ? undefined : job.progress,
    result: result?.data as JobResult<N> | undefined,
    failure: state === 'failed' ? parseFailure(job.failedReason) : undefined,
    attempts: job.attemptsMade,
    createdAt: job.timestamp,
    startedAt: job.processedOn,
    finishedAt: job.finishedOn,
  };
}

function jobState(state: string): JobState | 'unknown' {
  switch (state) {
    case 'waiting-children':
    case 'delayed':
    case 'active':
    case 'completed':
    case 'failed':
      return state;
    // Priorities are not used; a job put there by hand waits like any other.
    case 'prioritized':
    case 'waiting':
      return 'waiting';
    default:
      return 'unknown';
  }
}
