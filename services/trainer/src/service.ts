import { topicName, TOPICS } from '@click-recall/contracts';
import { openJobs, type JobWorker } from '@click-recall/jobs';
import { createModelStore, createOffsetStore, openRecords, openRedis, type ModelStore } from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { messageOf, openHttpServer, retryForever, type ServiceContext } from '@click-recall/runtime';
import { checkSettings } from './check-settings.js';
import { createClicksTrigger } from './clicks-trigger.js';
import { processEvaluate, processExport, processTrain, type ProcessOptions } from './process-jobs.js';
import { taskSettings } from './settings.js';
import { recoverRecords } from './steps/recover-records.js';

const LOOK_EVERY_MS = 5_000;
const RECOVER_EVERY_MS = 10_000;

/** The composition root: workers for train, evaluate and export, the schedule, the count of clicks. */
export async function startTrainer(context: ServiceContext): Promise<void> {
  const { config, logger, metrics, health, scope, signal } = context;
  const settings = taskSettings(config);
  const { namespace } = config;
  const redis = openRedis(context);
  const jobs = openJobs(context);
  health.dependency('jobs', () => jobs.ping());
  const { listen } = await openHttpServer(context);
  await listen();

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
  // Together: each waits for its own job to be given back, or for a Redis that is away.
  const workers: JobWorker[] = [];
  scope.add('worker', 'workers', () => Promise.all(workers.map((worker) => worker.close())));
  workers.push(
    jobs.worker('train', (job) => processTrain(job, options)),
    jobs.worker('evaluate', (job) => processEvaluate(job, options)),
    jobs.worker('export', (job) => processExport(job, options)),
  );
  const setSchedule = (): Promise<JobWorker> => jobs.schedule(config.trainSchedule);
  workers.push(await retryForever('Redis, for the schedule,', setSchedule, { logger, signal }));

  if (trigger) {
    const timer = setInterval(() => {
      trigger.look().catch((error: unknown) => logger.debug(`clicks were not counted: ${messageOf(error)}`));
    }, LOOK_EVERY_MS);
    scope.add('worker', 'click count', () => clearInterval(timer));
  }
  keepRecords(context, createModelStore(openRecords(context), redis, { namespace }));
  logger.info(
    { schedule: config.trainSchedule ?? null, afterClicks: trainAfterClicks ?? null },
    'takes train, evaluate and export jobs',
  );
}

/** Now and again: a Redis that came back empty has lost the records of the models, whose files are still there. */
function keepRecords({ config, logger, scope }: ServiceContext, models: ModelStore): void {
  const registry = createRegistry(config.registryUrl);
  const told = new Set<string>();
  const onUnreadable = (version: string, reason: string): void => {
    if (!told.has(version)) logger.warn({ version }, `the record of ${version} cannot be made anew: ${reason}`);
    told.add(version);
  };
  const look = async (): Promise<void> => {
    const now = Date.now();
    const versions = await recoverRecords({ registry, registryUrl: config.registryUrl, models, now, onUnreadable });
    if (versions.length > 0)
      logger.warn({ versions }, `Redis had lost the records of ${versions.length} models; made anew of their files`);
  };
  const lookQuietly = (): void =>
    void look().catch((error: unknown) => logger.debug(`records were not looked at: ${messageOf(error)}`));
  lookQuietly();
  const timer = setInterval(lookQuietly, RECOVER_EVERY_MS);
  scope.add('worker', 'model records', () => clearInterval(timer));
}
