import type { RedisConnection } from '@click-recall/redis';
import { FatalError } from '@click-recall/runtime';
import { createQueryEngineIndex } from './create-query-engine-index.js';
import { createVectorSetIndex } from './create-vector-set-index.js';
import type { VectorIndex } from './vector-index.js';

/**
 * Asks the server: vector sets where it has them, else the query engine.
 *
 * @throws FatalError where it has neither
 */
export async function chooseIndex(
  redis: RedisConnection,
  options: { readonly namespace: string },
): Promise<VectorIndex> {
  const [vectorSets, queryEngine] = (await redis.commands.pipeline([
    ['COMMAND', 'INFO', 'VSIM'],
    ['COMMAND', 'INFO', 'FT.SEARCH'],
  ])) as (readonly unknown[])[];
  if (vectorSets?.[0]) return createVectorSetIndex(redis, options);
  if (queryEngine?.[0]) return createQueryEngineIndex(redis, options);
  throw new FatalError(
    `Redis at ${redis.address} has neither vector sets (Redis 8.0 or newer) nor the query engine: vectors cannot be searched there`,
  );
}
