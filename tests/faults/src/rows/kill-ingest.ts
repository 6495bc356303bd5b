import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '../load/click-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import type { Random } from '../random.js';
import { openWorld, type World } from '../world/open-world.js';

/**
 * A group notices a dead member only when its session has run out (10 s), so the time of a round is mostly waiting: pipelines beside each
 * other, each with rounds of its own, wait together.
 */
const LANES = 5;

export const killIngest: Row = {
  letter: 'a',
  name: 'kill-ingest',
  fault: 'SIGKILL of ingest at random moments under load',
  promise: 'sequences, seen sets and items equal a single-threaded replay, byte by byte',
  rounds: 100,
  short: { rounds: 4 },
  async run(run) {
    const world = await openWorld(run);
    const lanes = Math.min(LANES, run.rounds);
    await Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        killInLane(run, world, run.random.fork(), Math.floor((run.rounds + lane) / lanes)),
      ),
    );
  },
};

async function killInLane(run: RowRun, world: World, random: Random, rounds: number): Promise<void> {
  const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV });
  const check = await openStateCheck(pipeline, run);
  for (let round = 1; round <= rounds; round += 1) {
    const load = startLoad(pipeline, random, { rate: 100 });
    const victim = await pipeline.start('ingest');
    // From its first moments, when it still takes its place in the group, to well within its work.
    await delay(random.between(0, 3_000));
    await victim.kill();
    const successor = await pipeline.start('ingest');
    await delay(random.between(0, 500));
    await load.stop();
    await check.equalsReplay(`round ${round}`);
    await successor.kill();
    run.roundDone();
  }
}
