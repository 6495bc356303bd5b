import type { Jobs } from './jobs.js';

export interface JobsLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface JobsOptions {
  readonly redisUrl: string;
  readonly redisCluster?: boolean;
  readonly namespace: string;
  readonly logger: JobsLogger;
}

/** Typed queues, flows and workers of one namespace. */
export function createJobs(_options: JobsOptions): Jobs {
  throw new Error('not written yet');
}
