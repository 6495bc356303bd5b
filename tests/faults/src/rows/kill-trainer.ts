import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { createActivationStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { inLanes, type Lane } from '../in-lanes.js';
import type { Random } from '../random.js';
import type { Row, RowRun } from '../row.js';
import { MOMENTS, type Moment } from '../training/moments.js';
import { openVersionCheck, type VersionCheck } from '../training/version-check.js';
import type { FaultService } from '../world/fault-service.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld, type World } from '../world/open-world.js';
import { isAlive, taskChildOf } from '../world/task-child.js';

/** A killed trainer's job is taken over when its lock has run out (30 s): pipelines beside each other wait together. */
const LANES = 4;
const ROUNDS_A_MOMENT = 3;
/** The lock, one look for those that have run out, and the machine's. */
const TAKEN_OVER_WITHIN_MS = 90_000;
const STEP_WITHIN_MS = 300_000;
const CHILD_GONE_WITHIN_MS = 20_000;
/** A moment lasts milliseconds: some trainings are through before it was seen. */
const TRIES = 8;

/** Every phase there is and takes some time; every version stays to be looked at. */
const MODEL = {
  training: { epochs: 8, batchSize: 16 },
  trainer: {
    gateTolerance: 1,
    gateMinClicks: 10,
    keepVersions: 1_000,
    coldStart: { enabled: true, network: { epochs: 3 } },
    ranker: {
      auto: false,
      candidates: 10,
      gateMinClicks: 5,
      network: { dim: 8, heads: 1, hidden: [8], epochs: 20, patience: 20 },
    },
  },
};

export const killTrainer: Row = {
  letter: 'i',
  name: 'kill-trainer',
  fault: 'SIGKILL of the trainer, of its child or of both in every phase of a training, of a model and of a ranker',
  promise: 'the live model unchanged, the job done later, one version of it, whole; nothing half written is left',
  rounds: ROUNDS_A_MOMENT * MOMENTS.length,
  async run(run) {
    const world = await openWorld(run);
    await inLanes(run, LANES, (lane) => killInLane(run, world, lane));
  },
};

async function killInLane(run: RowRun, world: World, { rounds, random }: Lane): Promise<void> {
  const pipeline = await openLivePipeline(world, run, { users: 120, model: MODEL });
  const check = openVersionCheck(pipeline, run);
  let trainer = pipeline.first.trainer;
  for (const round of rounds) {
    const moment = MOMENTS[round % MOMENTS.length] ?? random.pick(MOMENTS);
    trainer = await killOnce({ run, pipeline, check, trainer, random, moment });
    run.roundDone();
  }
}

interface Kill {
  readonly run: RowRun;
  readonly pipeline: LivePipeline;
  readonly check: VersionCheck;
  readonly trainer: FaultService;
  readonly random: Random;
  readonly moment: Moment;
}

/** Answers the trainer that is up afterwards. */
async function killOnce({ run, pipeline, check, trainer, random, moment }: Kill): Promise<FaultService> {
  const { jobs } = pipeline;
  const registry = fileURLToPath(pipeline.env['REGISTRY_URL'] ?? '');
  const { queue } = moment;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const live = await pipeline.liveVersion();
    const before = await check.stored();
    const victim = random.pick(['the trainer', 'its child', 'both'] as const);
    const when = `${moment.name} (${queue}), ${victim} killed`;
    const wanted = delay(100).then(() => start(jobs, queue));
    const reached = await moment.reached(jobs, wanted, registry);
    const id = await wanted;
    if (reached && random.chance(0.5)) await delay(random.between(0, 30));
    const child = await taskChildOf(trainer.pid);
    if (!reached || child === undefined) {
      await ended(pipeline, queue, id);
      continue;
    }
    if (victim !== 'the trainer') process.kill(child, 'SIGKILL');
    if (victim !== 'its child') await trainer.kill();
    const next = trainer.isRunning() ? trainer : await pipeline.start('trainer');
    const takenOver = async (): Promise<boolean> => {
      const at = await taskChildOf(next.pid);
      const state = (await jobs.job(queue, id))?.state;
      return (at !== undefined && at !== child) || state === 'completed' || state === 'failed';
    };
    const again = eventually(takenOver, { deadlineMs: TAKEN_OVER_WITHIN_MS, everyMs: 250 }).catch(() =>
      run.violation(`${when}: nobody works on the job ${TAKEN_OVER_WITHIN_MS / 1000} s after a trainer is up`),
    );

    await eventually(async () => !(await isAlive(child)), { deadlineMs: CHILD_GONE_WITHIN_MS }).catch(() =>
      run.violation(`${when}: the child outlives its parent`),
    );
    if (queue === 'train' && (await jobs.job('train', id))?.state !== 'completed') {
      const now = await pipeline.liveVersion();
      if (now !== live) run.violation(`${when}: ${now} is live instead of ${live}`);
    }
    await again;
    const failure = await ended(pipeline, queue, id);
    // A ranker may be no better than the recalled order; that is an answer too.
    if (failure !== undefined && !failure.startsWith('ranker-rejected')) run.violation(`${when}: ${failure}`);
    const made = (await check.stored()).filter((version) => !before.includes(version));
    if (made.length !== 1) run.violation(`${when}: the job has made ${made.length} versions: ${made.join(', ')}`);
    const expected = queue === 'train' ? made[0] : live;
    const now = await pipeline.liveVersion();
    if (now !== expected) run.violation(`${when}: ${now} is live instead of ${expected}`);
    if (queue === 'train-ranker' && failure === undefined) {
      const { ranker } = (await createActivationStore(pipeline.redis, pipeline).read()) ?? {};
      if (ranker !== made[0]) run.violation(`${when}: the ranker ${ranker} is live instead of ${made[0]}`);
    }
    await check.allWhole(when);
    return next;
  }
  run.violation(`${moment.name}: not hit in ${TRIES} trainings`);
  return trainer;
}

async function start(jobs: LivePipeline['jobs'], queue: Moment['queue']): Promise<string> {
  return queue === 'train' ? (await jobs.startTraining({ reason: 'manual' })).id : jobs.add('train-ranker', {});
}

/** Waits for the end of the flow, or of the training of the ranker; answers why it failed, if so. */
async function ended({ jobs }: LivePipeline, queue: Moment['queue'], id: string): Promise<string | undefined> {
  const steps =
    queue === 'train' ? (['train', 'embed', 'activate', 'republish'] as const) : (['train-ranker'] as const);
  for (const step of steps) {
    const outcome = await jobs.waitFor(step, id, { timeoutMs: STEP_WITHIN_MS });
    if (outcome.kind === 'failed') return `${outcome.failure.code}: ${outcome.failure.message}`;
  }
  return undefined;
}
