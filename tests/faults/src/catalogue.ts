import type { Row } from './row.js';
import { killIngest } from './rows/kill-ingest.js';
import { killRedis } from './rows/kill-redis.js';
import { olderRedis } from './rows/older-redis.js';
import { soak } from './rows/soak.js';

/** Every row of the fault table, in its order. */
export const ROWS: readonly Row[] = [killIngest, killRedis, olderRedis, soak];
