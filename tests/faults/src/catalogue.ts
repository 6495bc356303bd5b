import type { Row } from './row.js';
import { badEvents } from './rows/bad-events.js';
import { badTraining } from './rows/bad-training.js';
import { bootTogether } from './rows/boot-together.js';
import { deleteIndex } from './rows/delete-index.js';
import { deleteItem } from './rows/delete-item.js';
import { forgetUser } from './rows/forget-user.js';
import { kafkaOutage } from './rows/kafka-outage.js';
import { killEmbedder } from './rows/kill-embedder.js';
import { killIngest } from './rows/kill-ingest.js';
import { killRedis } from './rows/kill-redis.js';
import { killTrainer } from './rows/kill-trainer.js';
import { olderRedis } from './rows/older-redis.js';
import { redisFrozen } from './rows/redis-frozen.js';
import { redisFull } from './rows/redis-full.js';
import { replacedMaster } from './rows/replaced-master.js';
import { rollingUpgrade } from './rows/rolling-upgrade.js';
import { soak } from './rows/soak.js';
import { terminate } from './rows/terminate.js';
import { churnIngest } from './rows/churn-ingest.js';
import { oddEvents } from './rows/odd-events.js';

/** Every row of the fault table, in its order. */
export const ROWS: readonly Row[] = [
  killIngest,
  killRedis,
  olderRedis,
  replacedMaster,
  churnIngest,
  badEvents,
  kafkaOutage,
  redisFrozen,
  redisFull,
  killTrainer,
  killEmbedder,
  terminate,
  bootTogether,
  badTraining,
  deleteIndex,
  rollingUpgrade,
  deleteItem,
  forgetUser,
  oddEvents,
  soak,
];
