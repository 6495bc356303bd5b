import { setTimeout as delay } from 'node:timers/promises';
import { topicName } from '@click-recall/contracts';
import { createOffsetStore } from '@click-recall/redis';
import { messageOf, repeat } from '@click-recall/runtime';
import { startLoad } from '../load/click-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import type { FaultService } from '../world/fault-service.js';
import { openWorld, type FaultPipeline } from '../world/open-world.js';

const CHANGE_EVERY_MS = 5_000;
const PROGRESS_WITHIN_MS = 30_000;
const MOST_INSTANCES = 4;
const PARTITIONS = 4;

/** One that dies without a word is missed after its session of 10 s, in which nothing moves: two or three in a row would be the window. */
const KILL_EVERY_MS = 40_000;

export const churnIngest: Row = {
  letter: 'd',
  name: 'churn-ingest',
  fault: 'an ingest instance joins or leaves (by SIGTERM, sometimes SIGKILL) every 5 s under load',
  promise: 'each partition progresses in every 30 s window, the same equality',
  rounds: 1,
  minutes: 5,
  async run(run) {
    const { random } = run;
    const world = await openWorld(run);
    const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV });
    const check = await openStateCheck(pipeline, run);
    await pipeline.start('ingest');
    const load = startLoad(pipeline, random, { rate: 200, itemRate: 10 });
    const progress = watchProgress(pipeline, run);
    const endsAt = performance.now() + run.minutes * 60_000;
    const left = new Set<FaultService>();
    let changes = 0;
    let killedAt = -Infinity;
    while (performance.now() < endsAt) {
      const next = performance.now() + CHANGE_EVERY_MS;
      const mayKill = performance.now() - killedAt > KILL_EVERY_MS;
      if ((await change(pipeline, left, run, mayKill)) === 'killed') killedAt = performance.now();
      changes += 1;
      run.say(`${changes} changes`);
      await delay(Math.max(0, next - performance.now()));
    }
    await progress.stop();
    await load.stop();
    await check.equalsReplay(`after ${changes} changes`);
    await stillThere(pipeline, left, run);
    run.roundDone();
  },
};

/** One joins or one leaves, and one at least stays; who leaves is noted in `left`. */
async function change(
  pipeline: FaultPipeline,
  left: Set<FaultService>,
  run: RowRun,
  mayKill: boolean,
): Promise<'killed' | 'changed'> {
  const { random } = run;
  const running = await stillThere(pipeline, left, run);
  const joins = running.length < 2 || (running.length < MOST_INSTANCES && random.chance(0.5));
  if (joins) {
    await pipeline.start('ingest');
    return 'changed';
  }
  const leaving = random.pick(running);
  left.add(leaving);
  if (mayKill && random.chance(0.4)) {
    await leaving.kill();
    return 'killed';
  }
  const code = await leaving.terminate();
  if (code !== 0) run.violation(`an instance that was asked to leave ended with ${String(code)}`);
  return 'changed';
}

/** The instances that run; a violation, told once, for each that has ended without being asked to. */
async function stillThere(
  { services }: FaultPipeline,
  left: Set<FaultService>,
  { violation }: RowRun,
): Promise<FaultService[]> {
  for (const service of services.filter((each) => !each.isRunning() && !left.has(each))) {
    violation(`an instance ended by itself with ${(await service.ended) ?? 'a signal'}`);
    left.add(service);
  }
  return services.filter((service) => service.isRunning());
}

/** Looks at the markers of `clicks`, each of which must have moved on within the window. */
function watchProgress({ redis, namespace }: FaultPipeline, run: RowRun): { stop(): Promise<void> } {
  const offsets = createOffsetStore(redis, { namespace });
  const topic = topicName('clicks', namespace);
  const furthest = Array.from({ length: PARTITIONS }, () => ({ offset: -1n, at: performance.now() }));
  let longestMs = 0;
  const look = repeat(
    async () => {
      const markers = await Promise.all(furthest.map((_, partition) => offsets.read(topic, partition)));
      const now = performance.now();
      furthest.forEach((each, partition) => {
        const offset = BigInt(markers[partition] ?? -1);
        const stoodMs = now - each.at;
        longestMs = Math.max(longestMs, stoodMs);
        if (offset > each.offset) furthest[partition] = { offset, at: now };
        else if (stoodMs > PROGRESS_WITHIN_MS) {
          run.violation(`${topic}[${partition}] has stood at ${each.offset} for ${Math.round(stoodMs / 1_000)} s`);
          // Told once a window.
          furthest[partition] = { offset: each.offset, at: now };
        }
      });
    },
    { everyMs: 250, onError: (error) => run.violation(`the markers cannot be read: ${messageOf(error)}`) },
  );
  return {
    async stop() {
      await look.stop();
      run.say(`the longest without progress was ${Math.round(longestMs / 1_000)} s`);
    },
  };
}
