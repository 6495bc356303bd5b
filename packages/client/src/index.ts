export * from './click-publisher.js';
export * from './consume-recommendations.js';
export { connectionFromEnvironment } from './connection-from-environment.js';
export type { ClientOptions } from './client-options.js';
export type { BatchOptions } from './event-buffer.js';
export { KafkaRefused } from '@click-recall/kafka';
export type { ClickEventInput, ItemInput, Recommendation, Rejection } from '@click-recall/contracts';
