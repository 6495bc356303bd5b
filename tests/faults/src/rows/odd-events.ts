import { setTimeout as delay } from 'node:timers/promises';
import { steppingClock } from '../clock/stepping-clock.js';
import { startLoad } from '../load/click-load.js';
import { publishHotUser } from '../load/publish-hot-user.js';
import { openStateCheck } from '../replay/open-state-check.js';
import { openUpdateDelays } from '../replay/update-delays.js';
import type { Row } from '../row.js';
import type { FaultService } from '../world/fault-service.js';
import { openWorld } from '../world/open-world.js';

const HOT_USER = 'hot-user';
const HOT_EVENTS = 100_000;
/** Of the row's time; the rest is for instances that come and go after the clock has stepped. */
const HOT_SHARE = 0.6;
const ITEMS = 20_000;
/** The product's defaults. */
const KEEPS = { sequenceKeep: 1_000, seenKeep: 10_000 };

/** What ingest's README promises of its memory while it catches up. */
const RESIDENT_LIMIT_MB = 300;
const DELAY_LIMIT_MS = 1_000;
const HOUR_MS = 3_600_000;

export const oddEvents: Row = {
  letter: 'q',
  name: 'odd-events',
  fault: 'clock steps back an hour, equal times, 100,000 events of one user, one item in 30 % of events',
  promise: `same equality; ingest below ${RESIDENT_LIMIT_MB} MB; p99 of other users' updates within ${DELAY_LIMIT_MS} ms`,
  rounds: 1,
  minutes: 2,
  async run(run) {
    const { random } = run;
    const durationMs = run.minutes * 60_000;
    const world = await openWorld(run);
    const pipeline = await world.openPipeline();
    const check = await openStateCheck(pipeline, run, KEEPS);
    const delays = await openUpdateDelays(pipeline, run);
    const stepping = steppingClock({ afterMs: durationMs * 0.3, backMs: HOUR_MS });
    const pair = [await pipeline.start('ingest', stepping), await pipeline.start('ingest', stepping)] as const;
    // The group has settled before anything is measured.
    await check.equalsReplay('before the load');
    const memory = watchMemory(pair);
    run.defer(() => memory.stop());

    run.say(`${HOT_EVENTS} events of one user`);
    const load = startLoad(pipeline, random, { rate: 200, users: 2_000, items: ITEMS, itemRate: 5, hotItem: 0.3 });
    await publishHotUser(pipeline, {
      userId: HOT_USER,
      events: HOT_EVENTS,
      overMs: durationMs * HOT_SHARE,
      items: ITEMS,
    });
    const times = await delays.ofOthersThan(HOT_USER);
    const p99 = times[Math.floor(times.length * 0.99)] ?? Infinity;
    const peak = memory.stop();
    run.say(`p99 ${p99} ms of ${times.length}, at most ${peak} MB`);
    if (p99 > DELAY_LIMIT_MS) run.violation(`other users: p99 ${p99} ms of ${times.length} updates`);
    if (!(peak <= RESIDENT_LIMIT_MB)) run.violation(`ingest took ${peak} MB`);

    // Members of a group whose clocks have stepped hear of those who come and go.
    await pipeline.start('ingest', stepping);
    await delay(durationMs * (1 - HOT_SHARE) * random.between(0.3, 0.6));
    const code = await pair[0].terminate();
    if (code !== 0) run.violation(`ingest left with ${code}`);
    await delay(durationMs * (1 - HOT_SHARE) * 0.3);
    await load.stop();
    await check.equalsReplay(`p99 ${p99} ms, ${peak} MB`, { acknowledged: load.acknowledged() });
    run.roundDone();
  },
};

const LOOK_EVERY_MS = 500;

/** The most that one of them took, MB; NaN where nobody could look. */
function watchMemory(services: readonly FaultService[]): { stop(): number } {
  let peak = NaN;
  const timer = setInterval(() => {
    void Promise.all(services.map((each) => each.residentMb())).then((all) => {
      for (const mb of all) if (!(mb <= peak)) peak = Number.isNaN(mb) ? peak : mb;
    });
  }, LOOK_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}
