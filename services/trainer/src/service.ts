import { topicName, TOPICS } from '@click-recall/contracts';
import { openJobs, type JobWorker } from '@click-recall/jobs';
import {
  createActivationStore,
  createModelStore,
  createOffsetStore,
  createRankerStore,
  openRecords,
  openRedis,
} from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { messageOf, openHttpServer, repeat, retryForever, type ServiceContext } from '@click-recall/runtime';
import { checkSettings } from './check-settings.js';
import { createClicksTrigger } from './clicks-trigger.js';
import { createRecordKeeper } from './keep-records.js';
import {
  processEvaluate,
  processExport,
  processTrain,
  processTrainRanker,
  type ProcessOptions,
} from './process-jobs.js';
import { createRankerTrigger } from './ranker-trigger.js';
import { taskSettings } from './settings.js';
import { createTurns } from './take-turns.js';

const LOOK_EVERY_MS = 5_000;
const RECOVER_EVERY_MS = 10_000;

/** The composition root: workers for train, train-ranker, evaluate and export, the schedule, the count of clicks. */
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

  // By the id of the ranker: a job that is run again asks for it once.
  const onRanker: NonNullable<ProcessOptions['onRanker']> = async ({ modelVersion, rankerVersion }) => {
    await jobs.add('republish', { modelVersion, cause: { kind: 'activation' } }, { id: rankerVersion });
  };
  const registry = createRegistry(config.registryUrl);
  const options: ProcessOptions = {
    turns: createTurns(),
    settings,
    metrics,
    logger,
    // Where an earlier run has written the version, its clicks were counted then.
    onTraining: async (version) => {
      if (trigger && !(await registry.has(version))) await trigger.mark();
    },
    onRanker,
  };
  // Together: each waits for its own job to be given back, or for a Redis that is away.
  const workers: JobWorker[] = [];
  scope.add('worker', 'workers', () => Promise.all(workers.map((worker) => worker.close())));
  workers.push(
    jobs.worker('train', (job) => processTrain(job, options)),
    jobs.worker('train-ranker', (job) => processTrainRanker(job, options)),
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
  const records = openRecords(context);
  const models = createModelStore(records, redis, { namespace });
  const rankers = createRankerStore(records, redis, { namespace });
  const activation = createActivationStore(redis, { namespace });
  if (settings.rules.ranker.auto) {
    const look = createRankerTrigger({ activation, rankers, jobs, onRanker });
    const looking = repeat(look, { everyMs: LOOK_EVERY_MS });
    scope.add('worker', 'ranker trigger', () => looking.stop());
  }
  const keepRecords = createRecordKeeper({
    registry,
    registryUrl: config.registryUrl,
    models,
    rankers,
    activation,
    logger,
  });
  const keepQuietly = (): void =>
    void keepRecords().catch((error: unknown) => logger.debug(`records were not looked at: ${messageOf(error)}`));
  keepQuietly();
  const keeping = setInterval(keepQuietly, RECOVER_EVERY_MS);
  scope.add('worker', 'model records', () => clearInterval(keeping));
  logger.info(
    { schedule: config.trainSchedule ?? null, afterClicks: trainAfterClicks ?? null },
    'takes train, train-ranker, evaluate and export jobs',
  );
}
