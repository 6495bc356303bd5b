import {
  DEFAULT_NAMESPACE,
  parseMessage,
  recommendationSchema,
  topicName,
  type Recommendation,
} from '@click-recall/contracts';
import { createKafkaClient, type ConsumedBatch, type ConsumedMessage } from '@click-recall/kafka';
import { kafkaOptions, type ClientOptions } from './client-options.js';
import { createNewestOnly } from './newest-only.js';

export interface ConsumeOptions extends ClientOptions {
  /** Consumers with the same name share the work; each name gets everything. */
  readonly groupId: string;
  /** Where a new group starts: at the oldest recommendation kept, or with those to come. Default false. */
  readonly fromBeginning?: boolean;
  /** Called for one after the other of a user. What it throws ends the consumption, and the message comes again after a restart. */
  readonly onRecommendation: (recommendation: Recommendation) => void | Promise<void>;
  /** The user was forgotten: erase what you keep of them. */
  readonly onForgotten?: (userId: string) => void | Promise<void>;
  /** The consumption has ended by an error. Default: it is thrown, and the process ends. */
  readonly onError?: (error: Error) => void;
  /** Users whose last recommendation is remembered, to leave out repeats and older ones. Default 100,000. */
  readonly rememberUsers?: number;
}

export interface Consumption {
  /** Finishes the message at work and leaves the group. */
  close(): Promise<void>;
}

/** Calls back with each user's recommendations as they are published, leaving out repeats and what is out of date. */
export async function consumeRecommendations(options: ConsumeOptions): Promise<Consumption> {
  const { groupId, fromBeginning = false, onRecommendation, onForgotten, rememberUsers = 100_000 } = options;
  const settings = kafkaOptions(options);
  const kafka = createKafkaClient(settings);
  const newestOnly = createNewestOnly(rememberUsers);

  async function handleMessage(
    { key, value, offset }: ConsumedMessage,
    { topic, partition }: ConsumedBatch,
  ): Promise<void> {
    if (value === null) {
      if (key === null) return;
      newestOnly.forget(key);
      await onForgotten?.(key);
      return;
    }
    const parsed = parseMessage(recommendationSchema, value);
    if (!parsed.ok)
      settings.logger.warn({ topic, partition, offset }, `not a recommendation, left out: ${parsed.rejection.message}`);
    else if (newestOnly.isNews(parsed.value)) await onRecommendation(parsed.value);
  }

  const subscriber = kafka.subscriber({
    groupId,
    topics: [topicName('recommendations', options.namespace ?? DEFAULT_NAMESPACE)],
    fromBeginning,
    async handleBatch(batch, control) {
      for (const message of batch.messages) {
        if (control.isStale()) return;
        await handleMessage(message, batch);
      }
    },
    onCrash(error) {
      if (options.onError) options.onError(error);
      // Out of the reach of every promise, so that it cannot be overlooked.
      else
        setImmediate(() => {
          throw error;
        });
    },
  });
  await subscriber.start();
  return { close: () => kafka.close() };
}
