import type { Queue } from 'bullmq';
import { createConnector } from './connection.js';
import type { JobsOptions } from './create-jobs.js';
import { errorLog } from './error-log.js';
import { closeQueues, openQueues } from './queues.js';

export interface BoardQueues {
  readonly queues: readonly Queue[];
  close(): Promise<void>;
}

/** The raw queues, for a dashboard that knows BullMQ and for nothing else. */
export function boardQueues(options: JobsOptions): BoardQueues {
  const connector = createConnector(options);
  const queues = openQueues(connector, options.namespace, errorLog(options.logger, options));
  return { queues: Object.values(queues), close: () => closeQueues(queues).finally(() => connector.close()) };
}
