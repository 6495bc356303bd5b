import { Queue } from 'bullmq';
import type { JobsOptions } from './create-jobs.js';

export interface BoardQueues {
  readonly queues: readonly Queue[];
  close(): Promise<void>;
}

/** The raw queues, for a dashboard that knows BullMQ and for nothing else. */
export function boardQueues(_options: JobsOptions): BoardQueues {
  throw new Error('not written yet');
}
