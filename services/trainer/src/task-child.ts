import { ModelConfigError, parseColdStartConfig, parseModelConfig, parseRankerConfig } from '@click-recall/model';
import {
  createActivationStore,
  createItemStore,
  createModelStore,
  createRankerStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
} from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { createLogger, endWithParent, isRetriable, messageOf, retryForever } from '@click-recall/runtime';
import { JobFailedError } from '@click-recall/jobs';
import { createControlPoint, type ControlPoint } from './tasks/control-point.js';
import { patientStores } from './tasks/patient-stores.js';
import { evaluate } from './tasks/evaluate.js';
import { exportVectors } from './tasks/export-vectors.js';
import type { FromChild, Task, TaskKind, TaskResults, ToChild } from './tasks/protocol.js';
import { createReporter } from './tasks/reporter.js';
import type { TaskContext } from './tasks/task-context.js';
import { train } from './tasks/train.js';
import { trainRanker } from './tasks/train-ranker.js';
import type { TaskSettings } from './settings.js';

/** At the start; beyond it the job fails and is tried again later. */
const REDIS_PATIENCE_MS = 60_000;

/**
 * A process of its own for one task: TensorFlow may hold this thread and use up this memory, while the service that
 * forked it goes on renewing the job's lock. It ends with its task, and at once when the service is gone.
 */
const control = createControlPoint();
endWithParent();
process.on('message', (message: ToChild) => {
  if (message.kind === 'control') control.set(message.control);
  else void run(message.task, message.settings);
});

async function run(task: Task, settings: TaskSettings): Promise<void> {
  const last: FromChild = await perform(task, settings, control).then(
    (result) => ({ kind: 'done', result }) as const,
    (error: unknown) =>
      ({
        kind: 'failed',
        code: error instanceof JobFailedError ? error.code : 'error',
        retriable: isRetriable(error),
        message: messageOf(error),
        stack: error instanceof Error ? error.stack : undefined,
      }) as const,
  );
  // What is still open (sockets that reconnect) must not keep the process; the message must be out before it ends.
  process.send?.(last, () => process.exit(0));
}

async function perform(task: Task, settings: TaskSettings, point: ControlPoint): Promise<TaskResults[TaskKind]> {
  const logger = createLogger({ service: 'trainer', level: settings.logLevel });
  const read = readSettings(settings);
  if (task.kind === 'check') return {};
  const { namespace } = settings;
  const redis = createRedis({ ...settings.redis, logger });
  const records = createRecordClient({ ...settings.redis, logger });
  await Promise.all([redis.ready(REDIS_PATIENCE_MS), records.ready(REDIS_PATIENCE_MS)]);
  const keep = { keep: settings.sequenceKeep, seenKeep: settings.seenKeep };
  const stores = {
    sequences: createSequenceStore(redis, { namespace, ...keep }),
    items: createItemStore(records, redis, { namespace }),
    models: createModelStore(records, redis, { namespace }),
    rankers: createRankerStore(records, redis, { namespace }),
    activation: createActivationStore(redis, { namespace }),
  };
  const context: TaskContext = {
    settings,
    ...read,
    ...patientStores(stores, (work) => retryForever('Redis', work, { logger, signal: point.signal })),
    registry: createRegistry(settings.registryUrl),
    checkpoint: point.checkpoint,
    ...createReporter((message) => void process.send?.(message)),
    now: Date.now,
  };
  switch (task.kind) {
    case 'train':
      return train(task.data, context);
    case 'train-ranker':
      return trainRanker(task.data, context);
    case 'evaluate':
      return evaluate(task.data, context);
    case 'export':
      return exportVectors(task.data, context);
  }
}

function readSettings({ model: settings, rules }: TaskSettings): Pick<TaskContext, 'model' | 'coldStart' | 'ranker'> {
  try {
    const model = parseModelConfig(settings);
    const { user } = model.encoder;
    // Users come and go between trainings: the pipeline knows them by their clicks alone.
    if (user !== 'none') throw new ModelConfigError('encoder.user', 'none in the pipeline', user);
    return {
      model,
      coldStart: parseColdStartConfig(rules.coldStart.network),
      ranker: parseRankerConfig(rules.ranker.network, 'trainer.ranker.network'),
    };
  } catch (error) {
    throw error instanceof ModelConfigError ? new JobFailedError('invalid-config', error.message) : error;
  }
}
