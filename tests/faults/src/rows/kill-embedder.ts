import { setTimeout as delay } from 'node:timers/promises';
import { createActivationStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { inLanes, type Lane } from '../in-lanes.js';
import { startLoad } from '../load/click-load.js';
import type { Random } from '../random.js';
import type { Row, RowRun } from '../row.js';
import { openAnswerCheck } from '../vectors/open-answer-check.js';
import { vectorsAreRight } from '../vectors/vectors-are-right.js';
import { watchAnswers } from '../vectors/watch-answers.js';
import { FLOW_WITHIN_MS, openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld, type World } from '../world/open-world.js';

/** A lost worker's job is given to another one after 30 to 60 s, which is most of a round: pipelines beside each other wait together. */
const LANES = 2;
/** Enough that a build takes seconds. */
const USERS = 1_500;
const ITEMS = 300;

/** Moments of a build and a switch. */
const MOMENTS = ['items', 'users', 'check', 'switching', 'switched', 'retiring', 'any'] as const;
type Moment = (typeof MOMENTS)[number];

export const killEmbedder: Row = {
  letter: 'j',
  name: 'kill-embedder',
  fault: 'SIGKILL of the embedder while it builds an index and switches to it, clicks arriving; a rollback right after',
  promise:
    'no answer of two versions; no vector older than its sequence once the lag is 0; the job ends later by itself',
  rounds: 14,
  async run(run) {
    const world = await openWorld(run);
    await inLanes(run, LANES, (lane) => killInLane(run, world, lane));
  },
};

async function killInLane(run: RowRun, world: World, { rounds, random }: Lane): Promise<void> {
  // Old indexes go after a second, so that each switch builds one anew.
  const pipeline = await openLivePipeline(world, run, {
    users: USERS,
    items: ITEMS,
    clicks: 6,
    env: { GRACE_MS: '1000' },
  });
  const check = openAnswerCheck(pipeline, run);
  const answers = await watchAnswers(pipeline, check, random.fork(), run);
  const versions = [await pipeline.liveVersion()];
  let embedder = pipeline.first.embedder;

  for (const round of rounds) {
    const moment = MOMENTS[round % MOMENTS.length] ?? 'any';
    run.say(`killing at ${moment}`);
    const load = startLoad(pipeline, random, { rate: 50, users: USERS, items: ITEMS, forget: 0.01 });
    const live = await pipeline.liveVersion();
    const other = versions.findLast((version) => version !== live);
    const flow =
      other === undefined || random.chance(0.2)
        ? await pipeline.jobs.startTraining({ reason: 'manual' })
        : await pipeline.jobs.startRollback(other);
    // Now and then another one is there already, which reads half of the partitions and takes jobs.
    const beside = random.chance(0.5) ? await pipeline.start('embedder') : undefined;
    await untilMoment(moment, pipeline, { id: flow.id, live }, random);
    await embedder.kill();
    const back = live === undefined || random.chance(0.5) ? undefined : await pipeline.jobs.startRollback(live);
    embedder = beside ?? (await pipeline.start('embedder'));
    await delay(random.between(0, 1_000));
    await Promise.all([flow, ...(back ? [back] : [])].map(({ id }) => untilEnded(pipeline, id, run)));
    await load.stop();
    await vectorsAreRight(run, pipeline, check, `round ${round + 1} (killed at ${moment})`);
    const now = await pipeline.liveVersion();
    if (!versions.includes(now)) versions.push(now);
    run.roundDone();
  }
  await answers.stop();
  if (check.checked() < 50) run.violation(`only ${check.checked()} answers could be checked`);
}

/** A flow, and the version that was live before it began. */
interface Flow {
  readonly id: string;
  readonly live: string | undefined;
}

/** Waits for the moment of the flow, as far as it can be seen from outside, and a little longer. */
async function untilMoment(moment: Moment, pipeline: LivePipeline, { id, live }: Flow, random: Random): Promise<void> {
  const { jobs, redis, namespace } = pipeline;
  const activations = createActivationStore(redis, { namespace });
  const soon = { deadlineMs: FLOW_WITHIN_MS, everyMs: 2 };
  const embed = async () => jobs.job('embed', id);
  const isPast = async (): Promise<boolean> => {
    const state = (await embed())?.state;
    return state === 'completed' || state === 'failed';
  };
  switch (moment) {
    case 'items':
    case 'users':
    case 'check':
      await eventually(async () => {
        const progress = (await embed())?.progress as { phase?: string } | undefined;
        return progress?.phase === moment || (await isPast());
      }, soon);
      await delay(moment === 'users' ? random.between(0, 500) : random.between(0, 20));
      return;
    case 'switching':
      await eventually(isPast, soon);
      await delay(random.between(0, 60));
      return;
    case 'switched':
    case 'retiring':
      await eventually(async () => (await activations.read())?.encoder !== live || (await hasFailed()), soon);
      if (moment === 'retiring') await delay(random.between(900, 3_000));
      return;
    case 'any':
      await delay(random.between(0, 6_000));
      return;
  }

  async function hasFailed(): Promise<boolean> {
    return (await embed())?.state === 'failed';
  }
}

/** Completed, or refused since another version went live meanwhile. */
async function untilEnded({ jobs }: LivePipeline, id: string, { violation }: RowRun): Promise<void> {
  const outcome = await jobs.waitFor('republish', id, { timeoutMs: FLOW_WITHIN_MS });
  if (outcome.kind === 'failed' && outcome.failure.code !== 'overtaken') {
    violation(`flow ${id} has failed: ${outcome.failure.message}`);
  }
}
