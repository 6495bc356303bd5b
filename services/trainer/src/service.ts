import { topicName, TOPICS } from '@click-recall/contracts';
import { createJobs, type JobWorker } from '@click-recall/jobs';
import { createOffsetStore, createRedis } from '@click-recall/redis';
import { createHttpServer, listen, messageOf, retryForever, type ServiceContext } from '@click-recall/runtime';
import { checkSettings } from './check-settings.js';
import { createClicksTrigger } from './clicks-trigger.js';
import { processEvaluate, processExport, processTrain, type ProcessOptions } from './process-jobs.js';
import { taskSettings } from './settings.js';

const LOOK_EVERY_MS = 5_000;
const READY_MS = 2_500;

/** The composition root: workers for train, evaluate and export, the schedule, the count of clicks. */
export async function startTrainer({ config, logger, metrics, health, scope, signal }: ServiceContext): Promise<void> {
  const settings = taskSettings(config);
  const { namespace } = config;
  const redis = createRedis({ ...config.redis, logger });
  scope.add('store', 'redis', () => redis.quit());
  const jobs = createJobs({ redisUrl: config.redis.url, redisCluster: config.redis.cluster, namespace, logger });
  scope.add('producer', 'jobs', () => jobs.close());
  health.dependency('redis', () => redis.ready(READY_MS).then(() => redis.ping()));
  health.dependency('jobs', () => jobs.ping());

  const server = await createHttpServer({ service: 'trainer', config, logger, metrics, health });
  scope.add('listener', 'http', () => server.close());
  await listen(server, { host: config.host, port: config.ports.trainer, variable: 'TRAINER_PORT' });

  await checkSettings(settings, config.modelConfigFile, signal);

  const { trainAfterClicks } = config;
  const trigger =
    trainAfterClicks === undefined
      ? undefined
      : createClicksTrigger({
          offsets: createOffsetStore(redis, { namespace }),
          jobs,
          topic: topicName('clicks', namespace),
          partitions: TOPICS.clicks.partitions,
          afterClicks: trainAfterClicks,
        });

  const options: ProcessOptions = {
    settings,
    metrics,
    logger,
    onTraining: async () => trigger?.mark(),
  };
  const onFinished = (queue: string, outcome: string, seconds: number): void =>
    metrics.jobSeconds.observe({ queue, outcome }, seconds);
  // Together: each waits for its own job to be given back, or for a Redis that is away.
  const workers: JobWorker[] = [];
  scope.add('worker', 'workers', () => Promise.all(workers.map((worker) => worker.close())));
  workers.push(
    jobs.worker('train', (job) => processTrain(job, options), { onFinished }),
    jobs.worker('evaluate', (job) => processEvaluate(job, options), { onFinished }),
    jobs.worker('export', (job) => processExport(job, options), { onFinished }),
  );
  const setSchedule = (): Promise<JobWorker> => jobs.schedule(config.trainSchedule);
  workers.push(await retryForever('Redis, for the schedule,', setSchedule, { logger, signal }));

  if (trigger) {
    const timer = setInterval(() => {
      trigger.look().catch((error: unknown) => logger.debug(`clicks were not counted: ${messageOf(error)}`));
    }, LOOK_EVERY_MS);
    scope.add('worker', 'click count', () => clearInterval(timer));
  }
  logger.info(
    { schedule: config.trainSchedule ?? null, afterClicks: trainAfterClicks ?? null },
    'takes train, evaluate and export jobs',
  );
}
