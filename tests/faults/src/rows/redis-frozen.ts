import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load/click-load.js';
import { startHttpLoad } from '../load/http-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import { FLEET, openFleet, type Fleet } from '../world/open-fleet.js';
import { openWorld } from '../world/open-world.js';
import { allRun, checkCallers, takenAreLogged, trainingUnderWay, turnUnready, untilReady } from '../world/outage.js';

const FROZEN_MS = 60_000;
const NOTICED_WITHIN_MS = 15_000;
/** Recall waits 2 s, a queue 5 s; the rest is the machine's. */
const ANSWERED_WITHIN_MS = 9_000;
const HEAP_GROWS_LESS_THAN_MB = 150;
/** Groups of each service, and for each one more assignment than before at most. */
const GROUPS = { ingest: 1, embedder: 2, recall: 2 } as const;
/** A service that says more in a minute says it at every try. */
const LINES = 60;

export const redisFrozen: Row = {
  letter: 'g',
  name: 'redis-frozen',
  fault: 'Redis frozen (SIGSTOP) for 1 min under load, a training under way',
  promise: 'consumers pause, heap bounded, no rebalance storm, HTTP bounded, no job lost, then the same equality',
  rounds: 2,
  async run(run) {
    const world = await openWorld(run);
    const fleet = await openFleet(world, run, { env: SMALL_KEEPS_ENV });
    const { live } = fleet;
    const check = await openStateCheck(live, run);
    for (let round = 1; round <= run.rounds; round += 1) {
      const when = `round ${round}`;
      await untilReady(fleet);
      const load = startLoad(live, run.random.fork(), { rate: 100 });
      const trained = await trainingUnderWay(run, fleet);
      const before = await lookAt(fleet);
      run.say('Redis is frozen');
      world.redis.freeze();
      await askMeanwhile(run, fleet, when);
      const after = await lookAt(fleet);
      run.say('Redis goes on');
      world.redis.thaw();
      allRun(run, fleet, when);
      judge(run, before, after, when);
      await untilReady(fleet);
      await load.stop();
      await check.equalsReplay(when, { acknowledged: load.acknowledged() });
      await takenAreLogged(run, fleet, when);
      await trained(when);
      judgeJoins(run, before, await lookAt(fleet), when);
      run.roundDone();
    }
  },
};

async function askMeanwhile(run: RowRun, fleet: Fleet, when: string): Promise<void> {
  const callers = {
    recall: startHttpLoad(fleet.calls('recall'), 1),
    console: startHttpLoad(fleet.calls('console'), 1),
    ingest: startHttpLoad(fleet.calls('ingest'), 1),
    metrics: startHttpLoad(
      FLEET.map((name) => ({ url: `${fleet.service(name).url}/metrics` })),
      1,
    ),
  };
  await Promise.all([turnUnready(run, fleet, FLEET, NOTICED_WITHIN_MS, when), delay(FROZEN_MS)]);
  await Promise.all(Object.values(callers).map((each) => each.stop()));
  const withinMs = ANSWERED_WITHIN_MS;
  checkCallers(run, callers.recall, { statuses: [503], withinMs }, `${when}, recall`);
  checkCallers(run, callers.console, { statuses: [503], withinMs }, `${when}, console`);
  // Kafka is there: clicks are taken.
  checkCallers(run, callers.ingest, { statuses: [202], withinMs }, `${when}, ingest`);
  checkCallers(run, callers.metrics, { statuses: [200], withinMs }, `${when}, metrics`);
}

interface Look {
  readonly name: (typeof FLEET)[number];
  readonly residentMb: number;
  readonly lines: number;
  readonly joins: number;
}

function lookAt({ service }: Fleet): Promise<Look[]> {
  return Promise.all(
    FLEET.map(async (name) => {
      const log = await service(name).log();
      const joins = log.filter(({ msg }) => / reads \d+ partitions$/.test(String(msg))).length;
      return { name, residentMb: await service(name).residentMb(), lines: log.length, joins };
    }),
  );
}

function judge({ violation }: RowRun, before: readonly Look[], after: readonly Look[], when: string): void {
  after.forEach(({ name, residentMb, lines }, place) => {
    const grown = residentMb - (before[place]?.residentMb ?? NaN);
    if (!(grown < HEAP_GROWS_LESS_THAN_MB)) violation(`${when}: ${name} has grown by ${grown} MB`);
    const said = lines - (before[place]?.lines ?? NaN);
    if (!(said < LINES)) violation(`${when}: ${name} has said ${said} lines`);
  });
}

function judgeJoins({ violation }: RowRun, before: readonly Look[], after: readonly Look[], when: string): void {
  after.forEach(({ name, joins }, place) => {
    const more = joins - (before[place]?.joins ?? NaN);
    const most = name in GROUPS ? GROUPS[name as keyof typeof GROUPS] : 0;
    // A line that is written otherwise would be counted as none for ever.
    if (!((before[place]?.joins ?? NaN) >= most))
      violation(`${when}: ${name} did not say that it reads its partitions`);
    if (!(more <= most)) violation(`${when}: ${name} was given its partitions ${more} times`);
  });
}
