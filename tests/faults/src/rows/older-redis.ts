import { setTimeout as delay } from 'node:timers/promises';
import { keysOf } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { publishOnce } from '../load/publish-once.js';
import { openStateCheck, SMALL_KEEPS_ENV, type StateCheck } from '../replay/open-state-check.js';
import type { Random } from '../random.js';
import type { Row } from '../row.js';
import { openWorld, type FaultPipeline, type World } from '../world/open-world.js';
import { keepRedisData } from '../world/redis-data.js';

/** Enough that a batch of them takes Redis a while. */
const MANY_USERS = 20_000;

export const olderRedis: Row = {
  letter: 'c',
  name: 'older-redis',
  fault: 'Redis comes back from an older snapshot: under load, in silence, under a batch half way',
  promise: 'ingest notices, seeks back, the same equality',
  rounds: 12,
  short: { rounds: 3 },
  async run(run) {
    const world = await openWorld(run);
    const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV });
    const check = await openStateCheck(pipeline, run);
    await pipeline.start('ingest');
    const ways = Object.entries(WAYS);
    for (let round = 1; round <= run.rounds; round += 1) {
      const [name, way] = ways[round % ways.length] ?? run.random.pick(ways);
      run.say(name);
      await way({ world, pipeline, check, random: run.random });
      await check.equalsReplay(`round ${round}, ${name}`);
      run.roundDone();
    }
  },
};

interface Scene {
  readonly world: World;
  readonly pipeline: FaultPipeline;
  readonly check: StateCheck;
  readonly random: Random;
}

const WAYS = {
  async 'under load'({ world, pipeline, random }: Scene) {
    const load = startLoad(pipeline, random, { rate: 300, itemRate: 10 });
    await delay(random.between(0, 2_000));
    const copy = await keepRedisData(world, 'under-load');
    await delay(random.between(500, 5_000));
    await world.redis.kill();
    await copy.putBack();
    await delay(random.between(0, 2_000));
    await world.redis.start();
    await delay(random.between(0, 1_500));
    await load.stop();
  },

  /** No batch stumbles over it. */
  async 'while no clicks come'({ world, pipeline, check, random }: Scene) {
    const load = startLoad(pipeline, random, { rate: 300, itemRate: 10 });
    await delay(random.between(0, 1_000));
    const copy = await keepRedisData(world, 'silent');
    await delay(random.between(500, 2_000));
    await load.stop();
    await check.equalsReplay('before the fault');
    await world.redis.kill();
    await copy.putBack();
    await world.redis.start();
  },

  /**
   * A batch is applied, and before its marker moves Redis is another one that has never seen it and has the very marker that is expected:
   * Kafka hangs meanwhile, so that the batch waits to announce what it did.
   */
  async 'between a batch and its marker'({ world, pipeline, check, random }: Scene) {
    await check.equalsReplay('before the fault');
    const copy = await keepRedisData(world, 'half-way');
    const round = random.below(2 ** 32);
    const userIds = Array.from({ length: MANY_USERS }, (_, user) => `many-${round}-${user}`);
    await publishOnce(
      pipeline,
      'clicks',
      userIds.map((userId) => ({
        key: userId,
        value: JSON.stringify({ userId, itemId: 'item-1', timestamp: Date.now(), eventId: 'once' }),
      })),
    );
    const keys = userIds.map(keysOf(pipeline.namespace).user);
    const applied = (): Promise<unknown> => pipeline.redis.commands.call(['EXISTS', ...keys]);
    await eventually(applied, { everyMs: 1 });
    world.kafka.freeze();
    await untilSettled(applied);
    await world.redis.kill();
    await copy.putBack();
    await world.redis.start();
    await delay(random.between(0, 1_000));
    world.kafka.thaw();
  },

  /** Its successor knows nothing but what Redis says. */
  async 'while ingest is away'({ world, pipeline, random }: Scene) {
    const load = startLoad(pipeline, random, { rate: 300, itemRate: 10 });
    await delay(random.between(500, 2_000));
    const copy = await keepRedisData(world, 'away');
    await delay(random.between(500, 3_000));
    await Promise.all(pipeline.services.map((service) => service.kill()));
    await world.redis.kill();
    await copy.putBack();
    await world.redis.start();
    await pipeline.start('ingest');
    await load.stop();
  },
};

const SETTLED_AFTER_MS = 500;

/** Resolves once a value has stayed the same for a while. */
async function untilSettled(read: () => Promise<unknown>): Promise<void> {
  let last: unknown;
  await eventually(
    async () => {
      const before = last;
      last = await read();
      return last === before;
    },
    { everyMs: SETTLED_AFTER_MS },
  );
}
