import type { ServiceContext } from '@click-recall/runtime';
import { createJobs } from './create-jobs.js';
import type { Jobs } from './jobs.js';

/** The queues and workers of a service: closed with it, the jobs that end here measured. */
export function openJobs({ config, logger, metrics, scope, crash }: ServiceContext): Jobs {
  const jobs = createJobs({
    redisUrl: config.redis.url,
    redisCluster: config.redis.cluster,
    redisCa: config.redis.ca,
    namespace: config.namespace,
    logger,
    onRefused: crash,
    onFinished: (queue, outcome, seconds) => metrics.jobSeconds.observe({ queue, outcome }, seconds),
  });
  scope.add('store', 'jobs', () => jobs.close());
  return jobs;
}
