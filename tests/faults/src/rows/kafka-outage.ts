import { setTimeout as delay } from 'node:timers/promises';
import { topicName } from '@click-recall/contracts';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { startHttpLoad } from '../load/http-load.js';
import { publishOnce } from '../load/publish-once.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import { recallAnswer } from '../vectors/ask-recall.js';
import { openFleet, type Fleet } from '../world/open-fleet.js';
import { openWorld } from '../world/open-world.js';
import { allRun, checkCallers, restsFor, takenAreLogged, turnUnready, untilReady } from '../world/outage.js';

const OUTAGE_MS = 120_000;
/** Part of the outage in which callers ask. */
const CALLING_MS = 20_000;
const NOTICED_WITHIN_MS = 15_000;
const SHARE_OF_PROCESSOR = 0.05;
/** A caller over HTTP waits 3 s for Kafka; the rest is the machine's. */
const ANSWERED_WITHIN_MS = 6_000;
const RECOMMENDED_WITHIN_MS = 90_000;

export const kafkaOutage: Row = {
  letter: 'f',
  name: 'kafka-outage',
  fault: 'Kafka gone, then frozen, for 2 min each',
  promise: 'processes alive, readyz 503, CPU under 5 %, HTTP bounded, recovery by themselves, the same equality',
  rounds: 2,
  async run(run) {
    const world = await openWorld(run);
    const fleet = await openFleet(world, run, { env: SMALL_KEEPS_ENV });
    const check = await openStateCheck(fleet.live, run);
    for (let round = 1; round <= run.rounds; round += 1) {
      const how = round % 2 === 1 ? 'gone' : 'frozen';
      const when = `round ${round}, Kafka ${how}`;
      await untilReady(fleet);
      const load = startLoad(fleet.live, run.random.fork(), { rate: 50 });
      const before = startHttpLoad(fleet.calls('ingest'), 1);
      await delay(run.random.between(1_000, 4_000));
      run.say(`Kafka is ${how}`);
      const brokenAt = performance.now();
      if (how === 'gone') await world.kafka.kill();
      else world.kafka.freeze();
      await Promise.all([before.stop(), askMeanwhile(run, fleet, when)]);
      checkCallers(run, before, { statuses: [202, 503], withinMs: ANSWERED_WITHIN_MS }, `${when}, ingest as it breaks`);
      const leftMs = OUTAGE_MS - (performance.now() - brokenAt);
      await restsFor(run, fleet, { ms: leftMs, share: SHARE_OF_PROCESSOR, when });
      allRun(run, fleet, when);
      run.say('Kafka is back');
      if (how === 'gone') await world.kafka.start();
      else world.kafka.thaw();
      await untilReady(fleet);
      await recommendsAnew(fleet, `after-outage-${round}`);
      await load.stop();
      await check.equalsReplay(when, { acknowledged: load.acknowledged() });
      await takenAreLogged(run, fleet, when);
      run.roundDone();
    }
  },
};

async function askMeanwhile(run: RowRun, fleet: Fleet, when: string): Promise<void> {
  const reading = startHttpLoad(fleet.calls('recall'), 1);
  const publishing = startHttpLoad(fleet.calls('ingest'), 1);
  await Promise.all([
    turnUnready(run, fleet, ['ingest', 'embedder', 'recall'], NOTICED_WITHIN_MS, when),
    delay(CALLING_MS),
  ]);
  await Promise.all([reading.stop(), publishing.stop()]);
  checkCallers(run, reading, { statuses: [200], withinMs: ANSWERED_WITHIN_MS }, `${when}, recall`);
  checkCallers(run, publishing, { statuses: [503], withinMs: ANSWERED_WITHIN_MS }, `${when}, ingest`);
}

/** A user who was not there before gets recommendations that a model made, over HTTP and on the topic. */
async function recommendsAnew({ live, service }: Fleet, userId: string): Promise<void> {
  const before = await published(live);
  const clicks = live.itemIds.slice(0, 5).map((itemId) => ({ userId, itemId, timestamp: Date.now() }));
  await publishOnce(
    live,
    'clicks',
    clicks.map((click) => ({ key: userId, value: JSON.stringify(click) })),
  );
  const recommended = async (): Promise<boolean> => {
    const { items } = await recallAnswer(service('recall'), `/v1/users/${userId}/recommendations`);
    return items.length > 0 && items[0]?.channel !== 'popular' && (await published(live)) > before;
  };
  await eventually(recommended, { deadlineMs: RECOMMENDED_WITHIN_MS, everyMs: 200 });
}

async function published({ admin, namespace }: Fleet['live']): Promise<bigint> {
  const ends = await admin.topicEndOffsets(topicName('recommendations', namespace));
  return [...ends.values()].reduce((sum, end) => sum + end, 0n);
}
