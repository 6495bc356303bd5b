import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld } from '../world/open-world.js';
import { cutPower } from '../world/redis-data.js';

/** One round in so many has a training under way when Redis dies. */
const TRAINING_EVERY = 4;

const RECOVERED_WITHIN_MS = 60_000;

export const killRedis: Row = {
  letter: 'b',
  name: 'kill-redis',
  fault: 'SIGKILL of Redis under load, with or without its last second of writes, and restart',
  promise: "after catching up the same equality, without anyone's help; a training under way goes on",
  rounds: 20,
  short: { rounds: 3 },
  async run(run) {
    const { random } = run;
    const world = await openWorld(run);
    const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV });
    const check = await openStateCheck(pipeline, run);
    await Promise.all([pipeline.start('ingest'), pipeline.start('ingest')]);
    const live = run.rounds >= TRAINING_EVERY ? await openLivePipeline(world, run) : undefined;

    for (let round = 1; round <= run.rounds; round += 1) {
      run.say('load');
      const load = startLoad(pipeline, random, { rate: 200, itemRate: 10 });
      await delay(random.between(300, 2_000));
      const training = live && round % TRAINING_EVERY === 0 ? await startTraining(live, run, round) : undefined;
      // What BullMQ was told within the last second may be lost by it as well, a training among it.
      if (training || random.chance(0.5)) {
        await delay(random.between(0, 3_000));
        await world.redis.kill();
      } else await cutPower(world, random);
      run.say('Redis is gone');
      await delay(random.between(0, 3_000));
      await world.redis.start();
      await delay(random.between(0, 1_500));
      await load.stop();
      run.say('catching up');
      await check.equalsReplay(`round ${round}`, { acknowledged: load.acknowledged() });
      await training?.ended;
      await allReady(run, [...pipeline.services, ...(live?.services ?? [])], round);
      run.roundDone();
    }
  },
};

/** One that is under way when this resolves; `ended` tells of a failure as a violation. */
async function startTraining(live: LivePipeline, run: RowRun, round: number) {
  const { id } = await live.jobs.startTraining({ reason: 'manual' });
  const ended = live
    .flowEnded(id)
    .catch((error: unknown) => run.violation(`round ${round}: the training ended with ${String(error)}`));
  return { ended };
}

async function allReady(run: RowRun, services: LivePipeline['services'], round: number): Promise<void> {
  for (const service of services) {
    if (!service.isRunning()) run.violation(`round ${round}: ${service.name} has ended`);
    else
      await eventually(async () => (await service.readiness()) === 200, { deadlineMs: RECOVERED_WITHIN_MS }).catch(() =>
        run.violation(`round ${round}: ${service.name} is not ready again`),
      );
  }
}
