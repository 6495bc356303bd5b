import { createJobs, type Jobs } from '@click-recall/jobs';
import { createKafkaClient, type KafkaAdmin } from '@click-recall/kafka';
import {
  createActivationStore,
  createColdVectorStore,
  createItemStore,
  createModelStore,
  createOffsetStore,
  createRankerStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
  type ActivationStore,
  type ColdVectorStore,
  type ItemStore,
  type ModelStore,
  type OffsetStore,
  type RankerStore,
  type SequenceStore,
} from '@click-recall/redis';
import type { Config, Logger } from '@click-recall/runtime';

/** The state, topics and queues of a pipeline, opened from outside: to look at them and to start jobs. */
export interface PipelineAccess {
  /** Rejects with why when Redis is not there after so long; both of its connections, that of the records too. */
  readonly redis: { ready(timeoutMs: number): Promise<void> };
  readonly admin: KafkaAdmin;
  readonly sequences: SequenceStore;
  readonly items: ItemStore;
  readonly models: ModelStore;
  readonly rankers: RankerStore;
  readonly activation: ActivationStore;
  readonly coldVectors: ColdVectorStore;
  readonly offsets: OffsetStore;
  readonly jobs: Jobs;
  close(): Promise<void>;
}

/** Opens a pipeline by its configuration. Connects in the background. */
export function openPipeline(config: Config, clientId: string, logger: Logger): PipelineAccess {
  const { namespace } = config;
  const kafka = createKafkaClient({ ...config.kafka, clientId, logger });
  const redis = createRedis({ ...config.redis, logger });
  const records = createRecordClient({ ...config.redis, logger });
  const jobs = createJobs({
    redisUrl: config.redis.url,
    redisCluster: config.redis.cluster,
    redisCa: config.redis.ca,
    namespace,
    logger,
  });
  return {
    redis: {
      ready: async (timeoutMs) => {
        await Promise.all([redis.ready(timeoutMs), records.ready(timeoutMs)]);
      },
    },
    admin: kafka.admin(),
    sequences: createSequenceStore(redis, { namespace, keep: config.sequenceKeep, seenKeep: config.seenKeep }),
    items: createItemStore(records, redis, { namespace }),
    models: createModelStore(records, redis, { namespace }),
    rankers: createRankerStore(records, redis, { namespace }),
    activation: createActivationStore(redis, { namespace }),
    coldVectors: createColdVectorStore(redis, { namespace }),
    offsets: createOffsetStore(redis, { namespace }),
    jobs,
    async close() {
      await Promise.all([jobs.close(), kafka.close(), records.close()]);
      await redis.quit();
    },
  };
}
