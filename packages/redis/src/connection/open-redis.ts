import { RedisRefused, type ServiceContext } from '@click-recall/runtime';
import { createRecordClient, type RecordClient } from '../records/create-record-client.js';
import { createRedis } from './create-redis.js';
import type { RedisConnection } from './redis-connection.js';

/** Shorter than a check of `/readyz` may take. */
const FIRST_CONNECTION_MS = 2_000;

const LOOK_AT_MEMORY_MS = 2_000;

/**
 * The Redis connection of a service: closed with it, and two dependencies of `/readyz`. `redis` is down where it does not answer, `redis-memory`
 * where it refuses writes for lack of memory; what only reads goes on without the second.
 */
export function openRedis({ config, logger, health, scope, crash }: ServiceContext): RedisConnection {
  const redis = createRedis({ ...config.redis, logger });
  scope.add('store', 'redis', () => redis.quit());
  // At the start a refusal is a mistake in the settings, to be told; later it may be a change on its way, and is waited for.
  redis.ready().catch((error: unknown) => {
    if (error instanceof RedisRefused) crash(error);
  });
  // A start is not told as an outage.
  health.dependency('redis', () => (redis.status === 'connecting' ? redis.ready(FIRST_CONNECTION_MS) : redis.ping()));
  health.dependency('redis-memory', () => redis.hasRoom(), LOOK_AT_MEMORY_MS);
  return redis;
}

/** What the stores of items and models of a service speak through; closed with it. */
export function openRecords({ config, logger, scope }: ServiceContext): RecordClient {
  const records = createRecordClient({ ...config.redis, logger });
  scope.add('store', 'records', () => records.close());
  return records;
}
