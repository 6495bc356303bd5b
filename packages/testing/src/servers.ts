/** The real servers that tests run against. */
export interface TestServers {
  /** host:port of each broker */
  readonly kafkaBrokers: string[];
  readonly redisUrl: string;
  /** `redisUrl` is a node of a Redis Cluster. */
  readonly redisCluster: boolean;
}

/**
 * The addresses of the real Kafka and Redis 8: vitest's global set-up starts both and exports them, unless KAFKA_BROKERS
 * and REDIS_URL (with REDIS_CLUSTER=true, where it is one) already name some.
 *
 * @throws Error when they are not set, that is when a test file is run without the set-up
 */
export function testServers(): TestServers {
  return {
    kafkaBrokers: fromEnvironment('KAFKA_BROKERS').split(','),
    redisUrl: fromEnvironment('REDIS_URL'),
    redisCluster: process.env['REDIS_CLUSTER'] === 'true',
  };
}

function fromEnvironment(name: 'KAFKA_BROKERS' | 'REDIS_URL'): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: run the tests by vitest from the project's root, or set it to a real server.`);
  }
  return value;
}
