export * from './message.js';
export * from './outcome.js';
export * from './publisher.js';
export * from './subscriber.js';
export * from './admin.js';
export * from './dead-letters.js';
export * from './kafka-client.js';
