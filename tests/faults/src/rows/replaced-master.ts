import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRedis, type RedisConnection } from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Random } from '../random.js';
import type { Row } from '../row.js';
import type { LocalNode } from '../world/local-servers.js';
import { openClusterWorld, type ClusterWorld, type FaultPipeline } from '../world/open-world.js';
import { emptyRedisData, keepRedisData } from '../world/redis-data.js';

const MASTERS = 3;
const CHANGED_WITHIN_MS = 60_000;
/** Long enough for ingest to have noted who the masters are. */
const NOTED_MS = [5_500, 7_000] as const;
/** An hour. */
const LONGER_THAN_A_ROW_MS = 3_600_000;
const LOAD = { rate: 200, itemRate: 10 };

export const replacedMaster: Row = {
  letter: 'c',
  name: 'replaced-master',
  fault:
    'A Redis Cluster master replaced by a replica behind it, under load and while ingest is away; one that comes back with older data, or with none',
  promise: 'ingest notices, seeks back, the same equality',
  rounds: 8,
  async run(run) {
    const world = await openClusterWorld(run, { masters: MASTERS, replicas: 1, persist: true });
    const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV });
    const check = await openStateCheck(pipeline, run);
    await pipeline.start('ingest');
    const ways = Object.entries(WAYS);
    for (let round = 1; round <= run.rounds; round += 1) {
      const [name, way] = ways[(round - 1) % ways.length] ?? run.random.pick(ways);
      run.say(name);
      const place = run.random.below(MASTERS);
      const pair = world.redis.nodes.filter((node) => node.master === place);
      await way({ world, pipeline, random: run.random, ...(await rolesOf(pair)) });
      await check.equalsReplay(`round ${round}, ${name}`);
      run.roundDone();
    }
  },
};

interface Scene {
  readonly world: ClusterWorld;
  readonly pipeline: FaultPipeline;
  readonly random: Random;
  readonly master: LocalNode;
  readonly replica: LocalNode;
}

const WAYS = {
  'a replica behind its master takes its place': (scene) => replace(scene, () => Promise.resolve()),

  /** Its successor knows the former masters by what is noted beside the markers. */
  'the same while ingest is away': async (scene) => {
    await replace(scene, () => killAll(scene.pipeline));
    await scene.pipeline.start('ingest');
  },

  /** At the same address, with the same id: nothing but the run is another. */
  'a master comes back with older data': async (scene) => {
    const load = startLoad(scene.pipeline, scene.random, LOAD);
    await delay(scene.random.between(...NOTED_MS));
    const copy = await keepRedisData(scene.world, 'older', dataOf(scene));
    await delay(scene.random.between(500, 2_000));
    await restart(scene, () => copy.putBack());
    await load.stop();
  },

  /** All that it held was lost, so all of the log must lie within the window. */
  'a master comes back with nothing': async (scene) => {
    await killAll(scene.pipeline);
    await scene.pipeline.start('ingest', { REDIS_REWIND_MS: String(LONGER_THAN_A_ROW_MS) });
    const load = startLoad(scene.pipeline, scene.random, LOAD);
    await delay(scene.random.between(...NOTED_MS));
    await restart(scene, () => emptyRedisData(dataOf(scene)));
    await load.stop();
  },
} satisfies Record<string, (scene: Scene) => Promise<unknown>>;

/** The replica stops hearing from its master, the master goes on and dies, the replica takes its place without the last writes. */
async function replace({ pipeline, random, master, replica }: Scene, meanwhile: () => Promise<unknown>): Promise<void> {
  const load = startLoad(pipeline, random, LOAD);
  await delay(random.between(...NOTED_MS));
  const link = await breakReplication(master, replica);
  await delay(random.between(500, 2_000));
  await meanwhile();
  await master.kill();
  await link.takeOver();
  await delay(random.between(500, 2_000));
  await load.stop();
  await master.start();
  await link.mend();
}

/** The master is killed and is back, on other data, before its replica may take its place; the replica follows it. */
async function restart({ master, replica }: Scene, meanwhile: () => Promise<void>): Promise<void> {
  const mayTakeOver = (may: boolean) =>
    withNode(replica, ({ commands }) =>
      commands.call(['CONFIG', 'SET', 'cluster-replica-no-failover', may ? 'no' : 'yes']),
    );
  await mayTakeOver(false);
  await master.kill();
  await meanwhile();
  await master.start();
  await untilFollows(replica);
  await mayTakeOver(true);
}

/** Where a node of the cluster keeps its data. */
function dataOf({ world, master }: Scene): string {
  return join(world.folder, 'redis', `node-${world.redis.nodes.indexOf(master)}`);
}

async function killAll({ services }: FaultPipeline): Promise<void> {
  await Promise.all(services.map((service) => service.kill()));
}

async function rolesOf(pair: readonly LocalNode[]): Promise<{ master: LocalNode; replica: LocalNode }> {
  const roles = await Promise.all(pair.map((node) => withNode(node, roleOf)));
  const master = pair[roles.indexOf('master')];
  const replica = pair[roles.indexOf('slave')];
  if (!master || !replica) throw new Error(`a master and its replica are expected, not ${roles.join()}`);
  return { master, replica };
}

async function roleOf({ commands }: RedisConnection): Promise<string> {
  const [role] = (await commands.call(['ROLE'])) as string[];
  return role ?? '';
}

/** The replica loses its connection and is given a password that its master does not know. */
async function breakReplication(master: LocalNode, replica: LocalNode) {
  await withNode(replica, ({ commands }) => commands.call(['CONFIG', 'SET', 'masterauth', 'wrong']));
  await withNode(master, ({ commands }) => commands.call(['CLIENT', 'KILL', 'TYPE', 'replica']));
  return {
    /** The replica becomes the master, asking nobody. */
    takeOver: () =>
      withNode(replica, async (node) => {
        await node.commands.call(['CLUSTER', 'FAILOVER', 'TAKEOVER']);
        await eventually(async () => (await roleOf(node)) === 'master', { deadlineMs: CHANGED_WITHIN_MS });
      }),
    /** The former master, started again, follows the new one. */
    async mend() {
      await withNode(replica, ({ commands }) => commands.call(['CONFIG', 'SET', 'masterauth', '']));
      await untilFollows(master);
    },
  };
}

/** Resolves once a node has all that its master has. */
async function untilFollows(replica: LocalNode): Promise<void> {
  await withNode(replica, ({ commands }) =>
    eventually(async () => String(await commands.call(['INFO', 'replication'])).includes('master_link_status:up'), {
      deadlineMs: CHANGED_WITHIN_MS,
    }),
  );
}

const silent = createLogger({ service: 'faults', level: 'silent' });

/** One node of a cluster, asked as if it were alone. */
async function withNode<T>({ address }: LocalNode, ask: (node: RedisConnection) => Promise<T>): Promise<T> {
  const node = createRedis({ url: `redis://${address}`, cluster: false, logger: silent });
  try {
    await node.ready(CHANGED_WITHIN_MS);
    return await ask(node);
  } finally {
    await node.quit();
  }
}
