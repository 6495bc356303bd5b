import { setTimeout as delay } from 'node:timers/promises';
import { inLanes, type Lane } from '../in-lanes.js';
import { startLoad } from '../load/click-load.js';
import { lastWords, openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import type { Random } from '../random.js';
import type { FaultService } from '../world/fault-service.js';
import { openWorld, type FaultPipeline, type World } from '../world/open-world.js';

/**
 * A group notices a dead member only when its session has run out (10 s), so the time of a round is mostly waiting: pipelines beside each
 * other, each with rounds of its own, wait together.
 */
const LANES = 6;

/** More than a session lasts. */
const FROZEN_MS = 12_000;

export const killIngest: Row = {
  letter: 'a',
  name: 'kill-ingest',
  fault: 'SIGKILL of ingest at random moments under load',
  promise: 'sequences, seen sets and items equal a single-threaded replay, byte by byte; every change is told',
  rounds: 100,
  short: { rounds: 6 },
  async run(run) {
    const world = await openWorld(run);
    await inLanes(run, LANES, (lane) => killInLane(run, world, lane));
  },
};

async function killInLane(run: RowRun, world: World, { rounds, random }: Lane): Promise<void> {
  const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV });
  const check = await openStateCheck(pipeline, run);
  const ways = Object.entries(WAYS);
  for (const round of rounds) {
    const [name, way] = ways[round % ways.length] ?? random.pick(ways);
    const load = startLoad(pipeline, random, { rate: 100, itemRate: 10 });
    const survivors = await way(pipeline, random);
    await delay(random.between(0, 500));
    await load.stop();
    const when = `round ${round + 1}, ${name}`;
    await check.equalsReplay(when, { acknowledged: load.acknowledged() });
    const ended = survivors.filter((survivor) => !survivor.isRunning());
    if (ended.length > 0)
      run.violation(`${when}: an ingest that nobody killed has ended: ${(await lastWords(ended)).join('; ')}`);
    await Promise.all(pipeline.services.map((service) => service.kill()));
    run.roundDone();
  }
}

type Way = (pipeline: FaultPipeline, random: Random) => Promise<readonly FaultService[]>;

/** What is killed, and when. Each leaves at least one instance alive, and answers those that it leaves. */
const WAYS = {
  /** From its first moments, when it still takes its place in the group, to well within its work. */
  async alone(pipeline, random) {
    const victim = await pipeline.start('ingest');
    await delay(random.between(0, 3_000));
    await victim.kill();
    return [await pipeline.start('ingest')];
  },

  async 'while it starts'(pipeline, random) {
    const afterMs = random.between(0, 1_500);
    let killed: Promise<unknown> = Promise.resolve();
    const victim = await pipeline
      .start('ingest', {}, (pid) => {
        killed = delay(afterMs).then(() => process.kill(pid, 'SIGKILL'));
      })
      // It ended before it was up, as it should.
      .catch(() => undefined);
    await killed.catch(() => undefined);
    await victim?.ended;
    return [await pipeline.start('ingest')];
  },

  async 'one of two'(pipeline, random) {
    const pair = await Promise.all([pipeline.start('ingest'), pipeline.start('ingest')]);
    await delay(random.between(0, 4_000));
    return killOneOf(pair, random);
  },

  /** A second one has just come, and partitions change hands; the first or the second is killed. */
  async 'during a rebalance'(pipeline, random) {
    const first = await pipeline.start('ingest');
    await delay(random.between(500, 2_000));
    const second = await pipeline.start('ingest');
    await delay(random.between(0, 2_500));
    return killOneOf([first, second], random);
  },

  /** One that hangs longer than its session lasts goes on writing for partitions that are no longer its own. */
  async 'a hanging one of two'(pipeline, random) {
    const pair = await Promise.all([pipeline.start('ingest'), pipeline.start('ingest')]);
    const [hanging] = pair;
    await delay(random.between(500, 3_000));
    hanging.freeze();
    await delay(FROZEN_MS);
    hanging.thaw();
    await delay(random.between(0, 3_000));
    return pair;
  },
} satisfies Record<string, Way>;

/** Answers the others. */
async function killOneOf(services: readonly FaultService[], random: Random): Promise<readonly FaultService[]> {
  const victim = random.pick(services);
  await victim.kill();
  return services.filter((service) => service !== victim);
}
