import { ENVIRONMENT } from './environment.js';
import { loadConfig, type Config, type Environment } from './load-config.js';

/**
 * The part of the configuration that a program of somebody else needs to reach a pipeline's Kafka. Its other variables are its own, whatever
 * they are called.
 *
 * @throws ConfigError with every fault there is
 */
export function loadKafkaConfig(env: Environment = process.env): Pick<Config, 'namespace' | 'kafka'> {
  const names = Object.keys(ENVIRONMENT).filter((name) => name === 'NAMESPACE' || name.startsWith('KAFKA_'));
  const { namespace, kafka } = loadConfig(Object.fromEntries(names.map((name) => [name, env[name]])));
  return { namespace, kafka };
}
