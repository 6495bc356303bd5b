export type {
  FlowStep,
  FlowView,
  Jobs,
  JobOutcome,
  JobState,
  JobView,
  JobWorker,
  QueueCounts,
  StartedFlow,
  WaitOptions,
  WorkerOptions,
} from './jobs.js';
export type { Control, PreviousOf, RunningJob } from './running-job.js';
export { isPutAside, JobFailedError, type FinalFailure, type JobFailure } from './job-failure.js';
export { createJobs, type JobsOptions } from './create-jobs.js';
export { openJobs } from './open-jobs.js';
export { watchFlow, type WatchFlowOptions } from './watch-flow.js';
export { TRAINING_STEPS } from './flows.js';
export type { JobsLogger } from './error-log.js';
export { boardQueues, type BoardQueues } from './board-queues.js';
