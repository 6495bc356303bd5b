import type { Row } from './row.js';
import { badEvents } from './rows/bad-events.js';
import { deleteIndex } from './rows/delete-index.js';
import { deleteItem } from './rows/delete-item.js';
import { forgetUser } from './rows/forget-user.js';
import { killEmbedder } from './rows/kill-embedder.js';
import { killIngest } from './rows/kill-ingest.js';
import { killRedis } from './rows/kill-redis.js';
import { olderRedis } from './rows/older-redis.js';
import { rollingUpgrade } from './rows/rolling-upgrade.js';
import { soak } from './rows/soak.js';

/** Every row of the fault table, in its order. */
export const ROWS: readonly Row[] = [
  killIngest,
  killRedis,
  olderRedis,
  badEvents,
  killEmbedder,
  deleteIndex,
  rollingUpgrade,
  deleteItem,
  forgetUser,
  soak,
];
