import { setTimeout as delay } from 'node:timers/promises';
import { boardQueues, createJobs, type Jobs } from '@click-recall/jobs';
import { createActivationStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { inLanes } from '../in-lanes.js';
import type { Random } from '../random.js';
import type { Row, RowRun } from '../row.js';
import { openWorld, type FaultPipeline, type World } from '../world/open-world.js';
import { publishPast, writeSmallModel } from '../world/small-model.js';

const LANES = 2;
const TICK_S = 5;
const CALM_TIMES = 4;
const ENDS_WITHIN_MS = 240_000;
/** A process that was killed in the moment in which it took a time holds it until its lock has run out, twice. */
const TAKEN_OVER_MS = 65_000;

export const bootTogether: Row = {
  letter: 'l',
  name: 'boot-together',
  fault: 'two trainers and two embedders boot at once; one trainer is killed, the schedule changes and goes',
  promise:
    'one schedule, no run skipped or doubled; one training after so many clicks, its index built once, one ranker',
  rounds: 20,
  async run(run) {
    const world = await openWorld(run);
    await inLanes(run, LANES, async ({ rounds, random }) => {
      for (const round of rounds) {
        await (round % 2 === 0 ? scheduled(run, world, random) : afterClicks(run, world));
        run.roundDone();
      }
    });
  },
};

/** Nobody has clicked, so each training ends at once, by the reason that there is nothing to learn from. */
async function scheduled(run: RowRun, world: World, random: Random): Promise<void> {
  const pipeline = await world.openPipeline();
  const jobs = openJobs(run, pipeline);
  const board = boardQueues({ redisUrl: pipeline.env['REDIS_URL'] ?? '', ...pipeline });
  run.defer(() => board.close());
  const queue = board.queues.find(({ name }) => name === 'schedule');
  if (!queue) throw new Error('there is no queue of the schedule');
  const every = { TRAIN_SCHEDULE: `*/${TICK_S} * * * * *` };
  const [victim] = await Promise.all([
    pipeline.start('trainer', every),
    pipeline.start('trainer', every),
    pipeline.start('embedder'),
    pipeline.start('embedder'),
  ]);
  const flows = () => jobs.recent('train', 100);
  // Times in a row of which none may be missing: nothing has died yet.
  await eventually(async () => (await flows()).length >= CALM_TIMES, { deadlineMs: ENDS_WITHIN_MS });
  await delay(random.between(0, TICK_S * 1000));
  const killedAt = Date.now();
  await victim.kill();
  // A rolling restart with another pattern: the old process goes on beside the new one.
  const count = (await flows()).filter(({ failure }) => failure !== undefined).length;
  await eventually(async () => (await flows()).filter(({ failure }) => failure).length >= count + 2, {
    deadlineMs: ENDS_WITHIN_MS,
  });
  await checkTimes(run, await flows(), killedAt);
  await only(run, queue, every.TRAIN_SCHEDULE);

  const later = '0 3 * * *';
  await pipeline.start('trainer', { TRAIN_SCHEDULE: later });
  await eventually(async () => (await queue.getJobSchedulers())[0]?.pattern === later, { deadlineMs: 60_000 });
  const started = (await flows()).length;
  await delay(2 * TICK_S * 1000);
  await only(run, queue, later);
  // One that was being taken in that moment.
  if ((await flows()).length > started + 1) run.violation('the old schedule goes on beside the new one');
  await pipeline.start('trainer');
  await eventually(async () => (await queue.getJobSchedulers()).length === 0, { deadlineMs: 60_000 }).catch(() =>
    run.violation('the schedule stays when it is not set any more'),
  );
  await Promise.all(pipeline.services.map((service) => service.kill()));
}

type Flow = Awaited<ReturnType<Jobs['recent']>>[number];

/** Each time has started one flow at most, and one has started none only where a flow was under way. */
async function checkTimes(run: RowRun, flows: readonly Flow[], killedAt: number): Promise<void> {
  const times = flows.map(({ id }) => Number(/(\d+)$/.exec(id)?.[1]));
  if (times.some((time) => time % (TICK_S * 1000) !== 0)) run.violation(`flows of other times: ${times.join(', ')}`);
  if (new Set(times).size !== times.length) run.violation(`a time has started two flows: ${times.join(', ')}`);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  for (let time = first; time < last; time += TICK_S * 1000) {
    const isUnderWay = flows.some(
      ({ createdAt, finishedAt = Infinity }) => createdAt <= time + 2_000 && finishedAt >= time - 500,
    );
    const isHeld = time >= killedAt - TICK_S * 1000 && time <= killedAt + TAKEN_OVER_MS;
    if (!times.includes(time) && !isUnderWay && !isHeld)
      run.violation(`${new Date(time).toISOString()} has started nothing, and nothing was under way`);
  }
}

async function only(
  { violation }: RowRun,
  queue: { getJobSchedulers(): Promise<{ pattern?: string | null }[]> },
  pattern: string,
): Promise<void> {
  const found = (await queue.getJobSchedulers()).map((scheduler) => scheduler.pattern);
  if (found.length !== 1 || found[0] !== pattern) violation(`schedules: ${found.join('; ')} instead of ${pattern}`);
}

async function afterClicks(run: RowRun, world: World): Promise<void> {
  const users = 60;
  const clicks = 20;
  const settings = await writeSmallModel(world, {
    trainer: {
      gateTolerance: 1,
      gateMinClicks: 10,
      coldStart: { enabled: false },
      ranker: { candidates: 10, gateMinClicks: 5, network: { dim: 8, heads: 1, hidden: [8], epochs: 3 } },
    },
  });
  const pipeline = await world.openPipeline({
    env: { MODEL_CONFIG: settings, MIN_TRAIN_USERS: '5', MIN_TRAIN_ITEMS: '5' },
  });
  const jobs = openJobs(run, pipeline);
  await publishPast(pipeline, { users, items: 40, clicks });
  const after = { TRAIN_AFTER_CLICKS: String(users * clicks) };
  const [, , ...others] = await Promise.all([
    pipeline.start('trainer', after),
    pipeline.start('trainer', after),
    pipeline.start('embedder'),
    pipeline.start('embedder'),
    pipeline.start('recall'),
    pipeline.start('ingest'),
  ]);
  const flow = await eventually(async () => (await jobs.recent('train', 10))[0] ?? null, {
    deadlineMs: ENDS_WITHIN_MS,
  });
  const outcome = await jobs.waitFor('republish', flow.id, { timeoutMs: ENDS_WITHIN_MS });
  if (outcome.kind === 'failed') return run.violation(`after clicks: ${outcome.failure.message}`);
  const live = (await createActivationStore(pipeline.redis, pipeline).read())?.encoder;
  const ranker = await eventually(async () => (await jobs.recent('train-ranker', 10))[0] ?? null, {
    deadlineMs: 60_000,
  });
  const ranked = await jobs.waitFor('train-ranker', ranker.id, { timeoutMs: ENDS_WITHIN_MS });
  // A ranker may be no better than the recalled order; that is an answer too.
  if (ranked.kind === 'failed' && ranked.failure.code !== 'ranker-rejected')
    run.violation(`the training of the ranker failed: ${ranked.failure.code}: ${ranked.failure.message}`);
  // Two looks of every trainer: whoever would ask again has asked.
  await delay(11_000);

  const trainings = await jobs.recent('train', 10);
  if (trainings.length !== 1 || trainings.some(({ data }) => data?.reason !== 'clicks'))
    run.violation(`${trainings.length} trainings after ${users * clicks} clicks, one for so many`);
  const rankers = (await jobs.recent('train-ranker', 10)).map(({ data }) => data?.modelVersion);
  if (rankers.filter((version) => version === live).length !== 1)
    run.violation(`${rankers.length} trainings of a ranker for ${live}: ${rankers.join(', ')}`);
  const indexes = (await jobs.recent('embed', 10)).map(({ state }) => state);
  if (indexes.length !== 1 || indexes[0] !== 'completed')
    run.violation(`jobs that build an index: ${indexes.join(', ') || 'none'}, expected one, completed`);
  const built = await Promise.all(
    others.slice(0, 2).map((embedder) => embedder.metric('click_recall_job_seconds_count', { queue: 'embed' })),
  );
  const total = built.reduce((sum, count) => sum + count, 0);
  if (total !== 1) run.violation(`an index was built ${total} times by the embedders: ${built.join(', ')}`);
  await Promise.all(pipeline.services.map((service) => service.kill()));
}

function openJobs({ defer }: RowRun, pipeline: FaultPipeline): Jobs {
  const jobs = createJobs({ redisUrl: pipeline.env['REDIS_URL'] ?? '', ...pipeline });
  defer(() => jobs.close());
  return jobs;
}
