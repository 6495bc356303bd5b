import type { KafkaAdmin } from './admin.js';
import type { Publisher, PublisherOptions } from './publisher.js';
import type { Subscriber, SubscriberOptions } from './subscriber.js';

/** What the package logs through; a pino logger fits. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaClientOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly ssl?: boolean | { readonly ca: string };
  readonly sasl?: KafkaSasl;
  /** Names this process in the broker's logs. */
  readonly clientId: string;
  readonly logger: KafkaLogger;
  /** Told when the brokers stop answering, and when they answer again; feeds `/readyz`. */
  onReachable?(reachable: boolean): void;
}

/** Opens publishers, subscribers and admins on one set of brokers. None connects before it is used. */
export interface KafkaClient {
  publisher(options?: PublisherOptions): Publisher;
  subscriber(options: SubscriberOptions): Subscriber;
  admin(): KafkaAdmin;
  /** Closes everything it opened: subscribers first, then publishers. */
  close(): Promise<void>;
}

export function createKafkaClient(_options: KafkaClientOptions): KafkaClient {
  throw new Error('not written yet');
}
