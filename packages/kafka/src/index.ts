export * from './message.js';
export * from './outcome.js';
export type { Publisher, PublisherOptions } from './publisher.js';
export type { BatchControl, Subscriber, SubscriberOptions } from './subscriber.js';
export type { KafkaAdmin, TopicConfig } from './admin.js';
export * from './dead-letters.js';
export type { KafkaLogger } from './kafka-logger.js';
export * from './kafka-client.js';
