import { createJobs, type Jobs } from '@click-recall/jobs';
import { createKafkaClient, type KafkaAdmin, type KafkaClient } from '@click-recall/kafka';
import {
  createActivationStore,
  createItemStore,
  createModelStore,
  createOffsetStore,
  createRedis,
  createSequenceStore,
  type ActivationStore,
  type ItemStore,
  type ModelStore,
  type OffsetStore,
  type SequenceStore,
} from '@click-recall/redis';
import type { Config, Logger } from '@click-recall/runtime';

/** The pipeline's state and queues, opened for looking at and for starting jobs. */
export interface Access {
  readonly kafka: KafkaClient;
  readonly admin: KafkaAdmin;
  readonly sequences: SequenceStore;
  readonly items: ItemStore;
  readonly models: ModelStore;
  readonly activation: ActivationStore;
  readonly offsets: OffsetStore;
  readonly jobs: Jobs;
  close(): Promise<void>;
}
