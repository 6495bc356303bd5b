import { setTimeout as delay } from 'node:timers/promises';
import { groupId, topicName, type JobName } from '@click-recall/contracts';
import { createOffsetStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { startHttpLoad } from '../load/http-load.js';
import { openStateCheck, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import type { Row, RowRun } from '../row.js';
import type { FaultServiceName } from '../world/fault-service.js';
import { FLEET, openFleet, type Fleet } from '../world/open-fleet.js';
import { openWorld, type World } from '../world/open-world.js';
import { checkCallers, takenAreLogged, untilReady } from '../world/outage.js';
import { endsInTime } from '../world/ends-in-time.js';

/** What `docker stop` and Kubernetes give a process, with room; the services promise 15 s. */
const GRACE_MS = 15_000;
const JOB_WITHIN_MS = 120_000;

export const terminate: Row = {
  letter: 'k',
  name: 'terminate',
  fault: 'SIGTERM of each service under load, of all at once, while one starts, while a server is away',
  promise: 'ends within its grace time with 0, offsets committed, requests in flight answered, no 5xx but 503',
  rounds: 3,
  async run(run) {
    const world = await openWorld(run);
    const fleet = await openFleet(world, run, { env: SMALL_KEEPS_ENV });
    const check = await openStateCheck(fleet.live, run);
    for (let round = 1; round <= run.rounds; round += 1) {
      const when = `round ${round}`;
      const load = startLoad(fleet.live, run.random.fork(), { rate: 50 });
      for (const name of FLEET) {
        run.say(`SIGTERM to ${name}`);
        await terminateOne(run, fleet, name, when);
        await fleet.replace(name);
      }
      run.say('SIGTERM to all');
      await untilReady(fleet);
      await Promise.all(FLEET.map((name) => endsInTime(run, fleet.service(name), GRACE_MS, `${when}, all at once`)));
      await committed(run, fleet, `${when}, all at once`);
      await duringStart(run, fleet, when);
      await Promise.all(FLEET.map((name) => fleet.replace(name)));
      await load.stop();
      await check.equalsReplay(when, { acknowledged: load.acknowledged() });
      for (const server of ['kafka', 'redis'] as const) {
        for (const how of ['frozen', 'gone'] as const) await withServerAway(run, world, fleet, server, how, when);
      }
      await check.equalsReplay(`${when}, after servers were away`);
      await takenAreLogged(run, fleet, when);
      run.roundDone();
    }
  },
};

/** SIGTERM at a random moment, with callers on connections that they keep, and with a job in hand where the service does jobs. */
async function terminateOne(run: RowRun, fleet: Fleet, name: FaultServiceName, when: string): Promise<void> {
  await untilReady(fleet);
  const service = fleet.service(name);
  const callers = startHttpLoad(fleet.calls(name));
  const job = name === 'trainer' ? 'train' : name === 'embedder' ? 'embed' : undefined;
  const flow = job && (await startedJob(fleet, job));
  await delay(run.random.between(100, 2_000));
  await endsInTime(run, service, GRACE_MS, when);
  await callers.stop();
  checkCallers(run, callers, { statuses: [200, 202, 503] }, `${when}, ${name}`);
  if ((callers.answers().get(200) ?? 0) + (callers.answers().get(202) ?? 0) === 0)
    run.violation(`${when}: ${name} never answered a caller`);
  if (name === 'ingest') await committed(run, fleet, when);
  if (!job || flow === undefined) return;
  await fleet.replace(name);
  const outcome = await fleet.live.jobs.waitFor(job, flow, { timeoutMs: JOB_WITHIN_MS });
  if (outcome.kind === 'failed') run.violation(`${when}: the ${job} job in hand was lost: ${outcome.failure.message}`);
  await fleet.live.jobs.waitFor('republish', flow, { timeoutMs: JOB_WITHIN_MS });
  // It has had its turn: the one that takes its place ends in order, too.
  await endsInTime(run, fleet.service(name), GRACE_MS, `${when}, idle`);
}

/** Starts a training and waits until this job of it is in hand. */
async function startedJob({ live }: Fleet, job: JobName): Promise<string> {
  const { id } = await live.jobs.startTraining({ reason: 'manual' });
  const begun = async (): Promise<boolean> =>
    !['waiting-children', 'waiting', 'delayed'].includes((await live.jobs.job(job, id))?.state ?? 'waiting');
  await eventually(begun, { deadlineMs: JOB_WITHIN_MS, everyMs: 20 });
  return id;
}

/** What ingest has applied is committed, no more and no less: a successor repeats nothing. */
async function committed(run: RowRun, { live: { admin, redis, namespace } }: Fleet, when: string): Promise<void> {
  const markers = createOffsetStore(redis, { namespace });
  for (const topic of [topicName('clicks', namespace), topicName('items', namespace)]) {
    const offsets = await admin.groupOffsets(groupId('ingest', namespace), topic);
    for (const partition of (await admin.topicEndOffsets(topic)).keys()) {
      const marker = await markers.read(topic, partition);
      const next = marker === null ? undefined : BigInt(marker) + 1n;
      if (offsets.get(partition) !== next)
        run.violation(
          `${when}: ${topic}[${partition}] is applied up to ${next} and committed up to ${offsets.get(partition)}`,
        );
    }
  }
}

/** SIGTERM in the first moments of each service: one that was up ends with 0; before it can hear the signal, that signal may end it. */
async function duringStart(run: RowRun, { live }: Fleet, when: string): Promise<void> {
  await Promise.all(
    FLEET.map(async (name) => {
      let stopAt = 0;
      const began = performance.now();
      const started = live.start(name, {}, (pid) => {
        setTimeout(
          () => {
            stopAt = performance.now();
            process.kill(pid, 'SIGTERM');
          },
          run.random.between(0, 4_000),
        );
      });
      const outcome = await started.then(
        async (service) => String((await service.ended) ?? 'a signal, though it was up'),
        (error: unknown) => /ended with (SIG\w+|\d+)/.exec(String(error))?.[1] ?? String(error),
      );
      const seconds = (performance.now() - stopAt) / 1000;
      if (outcome !== '0' && outcome !== 'SIGTERM')
        run.violation(
          `${when}: ${name}, stopped ${Math.round(stopAt - began)} ms after its start, ended with ${outcome}`,
        );
      if (seconds * 1000 > GRACE_MS)
        run.violation(`${when}: ${name}, stopped while it started, took ${seconds.toFixed(1)} s`);
    }),
  );
}

/** All services, while Kafka or Redis does not answer: nobody waits for it. */
async function withServerAway(
  run: RowRun,
  world: World,
  fleet: Fleet,
  server: 'kafka' | 'redis',
  how: 'frozen' | 'gone',
  when: string,
): Promise<void> {
  const told = `${when}, ${server} ${how}`;
  run.say(`SIGTERM to all, ${server} ${how}`);
  await untilReady(fleet);
  if (how === 'frozen') world[server].freeze();
  else await world[server].kill();
  await delay(run.random.between(0, 8_000));
  await Promise.all(FLEET.map((name) => endsInTime(run, fleet.service(name), GRACE_MS, told)));
  if (how === 'frozen') world[server].thaw();
  else await world[server].start();
  await Promise.all(FLEET.map((name) => fleet.replace(name)));
}
