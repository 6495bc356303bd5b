import kafkajs, { type ISocketFactory, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createAdmin, type KafkaAdmin } from './admin.js';
import { registerCodecs } from './codecs/codecs.js';
import { kafkajsLogs, type KafkaLogger } from './kafka-logger.js';
import { createPublisher, type Publisher, type PublisherOptions } from './publisher.js';
import { installDecoder } from './record-batches/install-decoder.js';
import { createReachability, type OnReachable } from './reachability.js';
import { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.js';

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** All PEM text. */
export interface KafkaTls {
  /** Of the authority that signed the brokers; default: those the system trusts. */
  readonly ca?: string;
  /** What the client shows, with its key, where the brokers ask for it. */
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaClientOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** Default: plain text. */
  readonly ssl?: boolean | KafkaTls;
  readonly sasl?: KafkaSasl;
  /** Names this process in the broker's logs. */
  readonly clientId: string;
  readonly logger: KafkaLogger;
  /** Told when the brokers stop answering and when they answer again; feeds `/readyz`. Without it, the logger is told. */
  readonly onReachable?: OnReachable;
}

/** Opens publishers, subscribers and admins on one set of brokers. None connects before it is used. */
export interface KafkaClient {
  publisher(options?: PublisherOptions): Publisher;
  subscriber(options: SubscriberOptions): Subscriber;
  admin(): KafkaAdmin;
  /** Closes everything it opened: subscribers first, then publishers and admins. */
  close(): Promise<void>;
}

/** Returns at once: whether the brokers answer is told by `onReachable`. */
export function createKafkaClient(options: KafkaClientOptions): KafkaClient {
  registerCodecs();
  installDecoder();
  const { logger } = options;
  let groupRefused = false;
  const kafka = new kafkajs.Kafka(kafkaConfig(options, () => (groupRefused = true)));
  const reachability = createReachability({
    kafka,
    logger,
    setup: options,
    takeGroupRefused() {
      const was = groupRefused;
      groupRefused = false;
      return was;
    },
    onReachable: options.onReachable,
  });
  const subscribers: Subscriber[] = [];
  const others: { close(): Promise<void> }[] = [];
  return {
    publisher(publisherOptions = {}) {
      const publisher = createPublisher({ kafka, reachability, logger, options: publisherOptions });
      others.push(publisher);
      return publisher;
    },
    subscriber(subscriberOptions) {
      const subscriber = createSubscriber({ kafka, reachability, logger, options: subscriberOptions });
      subscribers.push(subscriber);
      return subscriber;
    },
    admin() {
      const admin = createAdmin({ kafka, reachability });
      others.push(admin);
      return admin;
    },
    async close() {
      await Promise.all(subscribers.map((each) => each.stop()));
      await reachability.close();
      await Promise.all(others.map((each) => each.close()));
    },
  };
}

function kafkaConfig(
  { brokers, ssl = false, sasl, clientId, logger }: KafkaClientOptions,
  onGroupRefused: () => void,
): KafkaConfig {
  return {
    clientId,
    brokers: [...brokers],
    ssl: typeof ssl === 'boolean' ? ssl : { ...ssl },
    // The library wants one member of a union for each mechanism.
    ...(sasl && { sasl: sasl as SASLOptions }),
    // For connections; those who ask decide for themselves how long they try.
    retry: { retries: 2, initialRetryTime: 50, maxRetryTime: 500 },
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    socketFactory,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: kafkajsLogs(logger, onGroupRefused),
  };
}

/** Like the library's own, but small requests leave at once (no Nagle): they are on the way from a click to its recommendation. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  // The library passes no options for plain text, whatever its types say.
  const options = ssl as typeof ssl | undefined;
  const socket = options
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...options }, onConnect)
    : connectPlain({ host, port }, onConnect);
  return socket.setKeepAlive(true, 60_000).setNoDelay(true);
};
