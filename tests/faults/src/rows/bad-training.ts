import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { JobFailure } from '@click-recall/jobs';
import { eventually } from '@click-recall/testing';
import type { Row, RowRun } from '../row.js';
import { openVersionCheck, type VersionCheck } from '../training/version-check.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import type { FaultService } from '../world/fault-service.js';
import { openWorld, type World } from '../world/open-world.js';
import { writeSmallModel } from '../world/small-model.js';

const ENDS_WITHIN_MS = 240_000;

/** Good enough that one which has learned nothing is clearly worse. */
const GOOD = {
  encoder: { sequenceLength: 8, dim: 16, layers: 1, dropout: 0 },
  training: { epochs: 8, batchSize: 16, learningRate: 0.01 },
  trainer: { gateTolerance: 0.01, gateMinClicks: 10, coldStart: { enabled: false }, ranker: { auto: false } },
};
/** Another network, so it starts afresh. */
const OTHER = { ...GOOD.encoder, dim: 8 };

interface Bad {
  readonly name: string;
  readonly code: JobFailure['code'];
  /** The settings of a trainer. */
  readonly env: (pipeline: LivePipeline, world: World) => Promise<Readonly<Record<string, string>>>;
  /** Of `click_recall_train_runs_total`. */
  readonly outcome: 'rejected' | 'failed';
  readonly attempts: number;
  /** Versions that it leaves, to be looked into. */
  readonly versions: number;
}

const config = async (world: World, model: object) => ({
  MODEL_CONFIG: await writeSmallModel(world, { ...GOOD, ...model }),
});

const BAD: readonly Bad[] = [
  {
    name: 'a loss that is not a number',
    code: 'non-finite-loss',
    env: (_, world) => config(world, { training: { ...GOOD.training, learningRate: 1e30 } }),
    outcome: 'failed',
    attempts: 1,
    versions: 0,
  },
  {
    name: 'weights of no use behind a finite loss',
    code: 'non-finite-loss',
    env: (_, world) => config(world, { training: { epochs: 1, batchSize: 10_000, learningRate: 1e30 } }),
    outcome: 'failed',
    attempts: 1,
    versions: 0,
  },
  {
    name: 'a model that has learned nothing',
    code: 'gate-rejected',
    env: (_, world) =>
      config(world, {
        encoder: OTHER,
        training: { ...GOOD.training, epochs: 1, learningRate: 1e-12, itemStart: 'random' },
      }),
    outcome: 'rejected',
    attempts: 1,
    versions: 1,
  },
  {
    name: 'a registry that cannot be written',
    code: 'error',
    async env({ env }, world) {
      const file = join(world.folder, `${env['NAMESPACE']}-no-folder`);
      await writeFile(file, '');
      return { ...(await config(world, {})), REGISTRY_URL: pathToFileURL(join(file, 'registry')).href };
    },
    outcome: 'failed',
    attempts: 3,
    versions: 0,
  },
];

export const badTraining: Row = {
  letter: 'm',
  name: 'bad-training',
  fault:
    'trainings that give NaN, useless weights or a worse model; a registry that cannot be written; a live model that is damaged',
  promise:
    'the old model stays, the job says why and is not tried in vain, metric and log tell, the next good training goes live',
  rounds: 3,
  async run(run) {
    const world = await openWorld(run);
    const pipeline = await openLivePipeline(world, run, { model: GOOD });
    const check = openVersionCheck(pipeline, run);
    await pipeline.first.trainer.terminate();
    for (let round = 0; round < run.rounds; round += 1) {
      for (const bad of BAD) {
        run.say(bad.name);
        await trainBadly(run, world, pipeline, check, bad);
      }
      run.say('a damaged live model');
      await damageLive(run, pipeline);
      run.roundDone();
    }
  },
};

async function trainBadly(
  { violation }: RowRun,
  world: World,
  pipeline: LivePipeline,
  check: VersionCheck,
  bad: Bad,
): Promise<void> {
  const { jobs } = pipeline;
  const tell = (text: string): void => violation(`${bad.name}: ${text}`);
  const [live, before] = [await pipeline.liveVersion(), await check.stored()];
  const trainer = await pipeline.start('trainer', await bad.env(pipeline, world));
  const { id } = await jobs.startTraining({ reason: 'manual' });
  const outcome = await jobs.waitFor('train', id, { timeoutMs: ENDS_WITHIN_MS });
  if (outcome.kind === 'completed') return tell('the training has passed');
  const { failure } = outcome;
  if (failure.code !== bad.code) tell(`the job failed by ${failure.code} (${failure.message}) instead of ${bad.code}`);
  const flow = await jobs.waitFor('republish', id, { timeoutMs: ENDS_WITHIN_MS });
  // What `click-recall status`, the dashboard and whoever waits for the flow are told.
  if (flow.kind === 'completed' || flow.failure.message !== failure.message)
    tell(`the flow does not say why: ${JSON.stringify(flow)}`);
  const job = await jobs.job('train', id);
  if (job?.attempts !== bad.attempts) tell(`tried ${job?.attempts} times instead of ${bad.attempts}`);
  const now = await pipeline.liveVersion();
  if (now !== live) tell(`${now} is live instead of ${live}`);
  const made = (await check.stored()).filter((version) => !before.includes(version));
  if (made.length !== bad.versions) tell(`${made.length} versions are left: ${made.join(', ')}`);
  if ((await trainer.metric('click_recall_train_runs_total', { outcome: bad.outcome })) !== bad.attempts)
    tell(`the metric does not tell of ${bad.attempts} ${bad.outcome}`);
  const said = (await trainer.log()).some((line) =>
    JSON.stringify(line).includes(JSON.stringify(failure.message).slice(1, -1)),
  );
  if (!said) tell(`the log does not tell of ${failure.message}`);
  await trainer.terminate();
}

/** A byte of the live model's weights is another one; an embedder that starts cannot use it, and the next training mends that. */
async function damageLive({ violation }: RowRun, pipeline: LivePipeline): Promise<void> {
  const tell = (text: string): void => violation(`a damaged live model: ${text}`);
  const live = (await pipeline.liveVersion()) ?? '';
  const folder = join(fileURLToPath(pipeline.env['REGISTRY_URL'] ?? ''), live);
  const [weights] = (await readdir(folder)).filter((name) => name.endsWith('.bin') && name !== 'trained.bin');
  const file = join(folder, weights ?? '');
  const bytes = await readFile(file);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  await writeFile(file, bytes);
  for (const old of pipeline.services.filter(({ name }) => name === 'embedder')) await old.kill();
  const embedder = await pipeline.start('embedder');
  const fresh = await pipeline.start('recall');
  await eventually(async () => (await embedder.readiness()) === 503, { deadlineMs: 60_000 }).catch(() =>
    tell('an embedder is ready with it'),
  );
  await eventually(async () => (await embedder.log()).some((line) => JSON.stringify(line).includes('damaged')), {
    deadlineMs: 60_000,
  }).catch(() => tell('the log of the embedder does not say so'));
  const ask = async ({ url }: FaultService): Promise<string> => {
    const answer = await fetch(`${url}/v1/users/${pipeline.userIds[0]}/recommendations`);
    return `${answer.status} ${await answer.text()}`;
  };
  const [going, starting] = [await ask(pipeline.first.recall), await ask(fresh)];
  if (!going.startsWith('200') || !going.includes(live)) tell(`a recall that had it loaded answers ${going}`);
  if (!starting.startsWith('200') || !starting.includes('popular')) tell(`a recall that starts answers ${starting}`);
  const trainer = await pipeline.start('trainer');
  const next = await pipeline.train();
  if (next === live) tell('it stays live');
  await eventually(async () => (await embedder.readiness()) === 200, { deadlineMs: 60_000 }).catch(() =>
    tell('the embedder is not ready with the next model'),
  );
  await Promise.all([trainer.terminate(), fresh.kill()]);
}
