import type { KafkaClientOptions, KafkaLogger } from '@click-recall/kafka';

/** How to reach the pipeline's Kafka. */
export interface ClientOptions extends Pick<KafkaClientOptions, 'brokers' | 'ssl' | 'sasl'> {
  /** The pipeline's `NAMESPACE`. Default `click-recall`. */
  readonly namespace?: string;
  /** Names this program in the broker's logs. Default `click-recall-client`. */
  readonly clientId?: string;
  /** Told when Kafka cannot be reached, and when it answers again; a pino logger fits. Default: warnings on standard error. */
  readonly logger?: KafkaLogger;
}

const say = (_fields: object, message: string): void => void process.stderr.write(`${message}\n`);

const plainLogger: KafkaLogger = { debug: () => undefined, info: () => undefined, warn: say, error: say };

export function kafkaOptions({ brokers, ssl, sasl, clientId, logger }: ClientOptions): KafkaClientOptions {
  return {
    brokers,
    clientId: clientId ?? 'click-recall-client',
    logger: logger ?? plainLogger,
    ...(ssl !== undefined && { ssl }),
    ...(sasl && { sasl }),
  };
}
