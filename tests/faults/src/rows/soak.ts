import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, repeat } from '@click-recall/runtime';
import { startLoad } from '../load/click-load.js';
import { openStateCheck } from '../replay/open-state-check.js';
import { untilRead } from '../replay/until-read.js';
import type { Row, RowRun } from '../row.js';
import { growthOf } from '../soak/growth.js';
import { openSamples } from '../soak/take-samples.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld } from '../world/open-world.js';

const CLICKS_A_SECOND = 500;
const REQUESTS_A_SECOND = 20;
const USERS = 1_000;
const ITEMS = 1_000;
/** So short that sequences are full after some minutes and the data is of one size from then on. */
const KEEPS = { sequenceKeep: 50, seenKeep: 100 };
const TRAININGS = 6;
const SAMPLES = 180;
const LAG_GONE_WITHIN_MS = 60_000;

export const soak: Row = {
  letter: 'r',
  name: 'soak',
  fault: `${CLICKS_A_SECOND} clicks a second, a training every sixth of the time`,
  promise: 'no growth of heap, tensors, Redis beyond its data, connections; lag returns to 0',
  rounds: 1,
  minutes: 30,
  async run(run) {
    const world = await openWorld(run);
    const live = await openLivePipeline(world, run, {
      users: USERS,
      items: ITEMS,
      env: { SEQUENCE_KEEP: String(KEEPS.sequenceKeep), SEEN_KEEP: String(KEEPS.seenKeep), GRACE_MS: '5000' },
    });
    const check = await openStateCheck(live, run, KEEPS);
    const samples = openSamples(live.redis, Object.values(live.first));
    const load = startLoad(live, run.random, { rate: CLICKS_A_SECOND, users: USERS, items: ITEMS, forget: 0.0005 });
    const asking = askAlong(live, run);

    const totalMs = run.minutes * 60_000;
    const end = Date.now() + totalMs;
    const training = trainAlong(live, run, totalMs / TRAININGS, end);
    for (let sample = 1; Date.now() < end; sample += 1) {
      await samples.take();
      const left = Math.max(0, end - Date.now());
      run.say(`${load.acknowledged()} clicks, ${Math.ceil(left / 60_000)} min to go`);
      await delay(Math.min(left, totalMs / SAMPLES));
    }
    run.say('waiting for the last training and the lag');
    await training;
    await asking();
    await load.stop();

    await lagIsGone(live, run);
    await check.equalsReplay('at the end', { acknowledged: load.acknowledged() });
    for (const series of samples.series()) {
      const growth = growthOf(series);
      if (growth !== undefined) run.violation(growth);
    }
    for (const { name, isRunning } of Object.values(live.first)) {
      if (!isRunning()) run.violation(`${name} has ended`);
    }
    run.roundDone();
  },
};

/** A training at each beginning of a period; every one must go live. */
async function trainAlong(live: LivePipeline, run: RowRun, everyMs: number, end: number): Promise<void> {
  for (let next = Date.now(); next < end; next += everyMs) {
    await delay(Math.max(0, next - Date.now()));
    await live.train().catch((error: unknown) => run.violation(`a training failed: ${messageOf(error)}`));
  }
}

/** Asks for recommendations all the while; an answer other than 200 is a violation. Gives the way to stop. */
function askAlong(live: LivePipeline, { random, violation }: RowRun): () => Promise<void> {
  const users = random.fork();
  const asking = repeat(
    async () => {
      const userId = users.pick(live.userIds);
      const answer = await fetch(`${live.first.recall.url}/v1/users/${userId}/recommendations`);
      const body = await answer.text();
      if (answer.status !== 200) violation(`recall answered ${answer.status}: ${body.slice(0, 200)}`);
    },
    { everyMs: 1000 / REQUESTS_A_SECOND, onError: (error) => violation(`recall did not answer: ${messageOf(error)}`) },
  );
  return () => asking.stop();
}

/** Of every group that reads along the way from a click to its recommendation. */
async function lagIsGone(live: LivePipeline, { violation }: RowRun): Promise<void> {
  const readers = [
    ['ingest', 'clicks'],
    ['embedder', 'sequence-updates'],
    ['recall', 'user-vectors'],
  ] as const;
  for (const [service, topic] of readers) {
    await untilRead(live, service, topic, LAG_GONE_WITHIN_MS).catch((error: unknown) => violation(messageOf(error)));
  }
}
