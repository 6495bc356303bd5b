import type { ServiceContext } from '@click-recall/runtime';
import { createDeadLetters } from './dead-letters.js';
import { createKafkaClient, type KafkaClient } from './kafka-client.js';
import type { Publisher } from './publisher.js';
import { createSettle, type Settle, type SettleParts } from './settle.js';

/** The Kafka client of a service: bears its name, is closed with it, and is the dependency `kafka` of `/readyz`. */
export function openKafka({ service, config, logger, health, scope }: ServiceContext): KafkaClient {
  const state = health.dependency('kafka');
  const kafka = createKafkaClient({
    ...config.kafka,
    clientId: service,
    logger,
    onReachable: (reachable, reason = '') => (reachable ? state.up() : state.down(reason)),
  });
  scope.add('producer', 'kafka', () => kafka.close());
  return kafka;
}

export interface OpenSettleParts {
  readonly publisher: Publisher;
  /** The full name of the `dead-letters` topic. */
  readonly topic: string;
  readonly onDeadLetter?: SettleParts['onDeadLetter'];
}

/** How a service settles outcomes: dead letters bear its name and are counted. */
export function openSettle(
  { service, metrics }: Pick<ServiceContext, 'service' | 'metrics'>,
  { publisher, topic, onDeadLetter }: OpenSettleParts,
): Settle {
  return createSettle({
    deadLetters: createDeadLetters({ publisher, topic, service }),
    onDeadLetter: (source, reason) => {
      metrics.deadLetters.inc({ topic: source, reason });
      onDeadLetter?.(source, reason);
    },
  });
}
