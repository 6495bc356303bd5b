import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { startHttpLoad } from '../load/http-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import { openFleet, type Fleet } from '../world/open-fleet.js';
import { openWorld } from '../world/open-world.js';
import { allRun, checkCallers, takenAreLogged, trainingUnderWay, turnUnready, untilReady } from '../world/outage.js';

/** Room that is left when the limit is set, bytes. */
const ROOM = 200_000;
const FULL_WITHIN_MS = 90_000;
const FULL_FOR_MS = 30_000;
const ANSWERED_WITHIN_MS = 6_000;
const SAID_WITHIN_MS = 10_000;
const ROOM_WITHIN_MS = 60_000;
/** The services that write to Redis. */
const WRITERS = ['ingest', 'embedder', 'recall', 'trainer'] as const;
type Writer = (typeof WRITERS)[number];

export const redisFull: Row = {
  letter: 'h',
  name: 'redis-full',
  fault: 'Redis at maxmemory under load, a training under way',
  promise: 'an error that says so, readyz 503, nothing evicted or lost, answers go on, recovery after room is made',
  rounds: 3,
  async run(run) {
    const world = await openWorld(run);
    // Long sequences: there must be something to fill the memory with.
    const keeps = { sequenceKeep: 5_000, seenKeep: 5_000 };
    const env = { ...SMALL_KEEPS_ENV, SEQUENCE_KEEP: String(keeps.sequenceKeep), SEEN_KEEP: String(keeps.seenKeep) };
    const fleet = await openFleet(world, run, { env });
    const { live } = fleet;
    const check = await openStateCheck(live, run, keeps);
    for (let round = 1; round <= run.rounds; round += 1) {
      const when = `round ${round}`;
      await untilReady(fleet);
      const trained = await trainingUnderWay(run, fleet);
      await setLimit(live, (await memory(live, 'used_memory')) + ROOM);
      run.say('Redis fills up');
      const load = startLoad(live, run.random.fork(), { rate: 300, forget: 0 });
      await turnUnready(run, fleet, WRITERS, FULL_WITHIN_MS, when);
      await saysWhy(run, fleet, when);
      run.say('Redis is full');
      await askMeanwhile(run, fleet, when);
      allRun(run, fleet, when);
      const evicted = Number(/evicted_keys:(\d+)/.exec(String(await live.redis.commands.call(['INFO', 'stats'])))?.[1]);
      if (evicted !== 0) run.violation(`${when}: ${evicted} keys were evicted`);
      run.say('Redis has room again');
      await setLimit(live, 0);
      await untilReady(fleet);
      await saysRoom(run, fleet, when);
      await load.stop();
      await check.equalsReplay(when, { acknowledged: load.acknowledged() });
      await takenAreLogged(run, fleet, when);
      await trained(when);
      run.roundDone();
    }
  },
};

/** On `/readyz`, in the log and as a metric; asked again for a while, since memory at its limit goes up and down. */
async function saysWhy(run: RowRun, { service }: Fleet, when: string): Promise<void> {
  const words = /out of memory.*maxmemory/;
  const places = {
    'its /readyz': async (name: Writer) => words.test(await (await fetch(`${service(name).url}/readyz`)).text()),
    'its log': async (name: Writer) => (await service(name).log()).some(({ msg }) => words.test(String(msg))),
    'its metric': async (name: Writer) =>
      (await service(name).metric('click_recall_dependency_up', { dependency: 'redis-memory' })) === 0,
  };
  for (const name of WRITERS) {
    for (const [place, says] of Object.entries(places)) {
      await eventually(() => says(name), { deadlineMs: SAID_WITHIN_MS, everyMs: 500 }).catch(() =>
        run.violation(`${when}: ${name} does not say that Redis is out of memory: not in ${place}`),
      );
    }
  }
}

/** The metric that was 0 is there, and is 1 again. */
async function saysRoom(run: RowRun, { service }: Fleet, when: string): Promise<void> {
  const isUp = async (): Promise<boolean> => {
    const all = WRITERS.map((name) =>
      service(name).metric('click_recall_dependency_up', { dependency: 'redis-memory' }),
    );
    return (await Promise.all(all)).every((value) => value === 1);
  };
  await eventually(isUp, { deadlineMs: ROOM_WITHIN_MS, everyMs: 500 }).catch(() =>
    run.violation(`${when}: no metric says that Redis has room again`),
  );
}

/** What reads Redis, and what only publishes, goes on. */
async function askMeanwhile(run: RowRun, fleet: Fleet, when: string): Promise<void> {
  const reading = startHttpLoad(fleet.calls('recall'), 1);
  const publishing = startHttpLoad(fleet.calls('ingest'), 1);
  await delay(FULL_FOR_MS);
  await Promise.all([reading.stop(), publishing.stop()]);
  const withinMs = ANSWERED_WITHIN_MS;
  checkCallers(run, reading, { statuses: [200], withinMs }, `${when}, recall`);
  checkCallers(run, publishing, { statuses: [202], withinMs }, `${when}, ingest`);
}

async function memory({ redis }: Fleet['live'], figure: string): Promise<number> {
  const info = String(await redis.commands.call(['INFO', 'memory']));
  return Number(new RegExp(`^${figure}:(\\d+)`, 'm').exec(info)?.[1]);
}

async function setLimit({ redis }: Fleet['live'], bytes: number): Promise<void> {
  await redis.commands.call(['CONFIG', 'SET', 'maxmemory', bytes]);
}
