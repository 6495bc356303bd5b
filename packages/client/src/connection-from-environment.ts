import { loadKafkaConfig, type Environment } from '@click-recall/runtime';
import type { ClientOptions } from './client-options.js';

/**
 * How to reach a pipeline, out of `KAFKA_BROKERS`, `KAFKA_SSL*`, `KAFKA_SASL_*` and `NAMESPACE`: those of a pipeline on this machine are
 * given by `eval "$(npx click-recall env)"`.
 *
 * @throws ConfigError with every variable that cannot be used
 */
export function connectionFromEnvironment(
  env?: Environment,
): Required<Pick<ClientOptions, 'brokers' | 'namespace' | 'ssl'>> & Pick<ClientOptions, 'sasl'> {
  const { namespace, kafka } = loadKafkaConfig(env);
  return { ...kafka, namespace };
}
