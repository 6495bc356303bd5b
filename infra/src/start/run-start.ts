import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { EventLogSource, ItemLogSource } from '@click-recall/datasets';
import { pipelineTopics } from '@click-recall/kafka';
import { createLogger, loadConfig, type Config } from '@click-recall/runtime';
import { openPipeline, type PipelineAccess } from '../access.js';
import { connectionOf, removeRunState, writeRunState } from '../stack/run-state.js';
import { startServices, type RunningServices } from '../stack/services.js';
import { printSummary, type Addresses } from './print-summary.js';
import { asTask, type Progress } from './progress.js';
import { replayLogs } from './replay-logs.js';
import type { ReplayNote } from './replayed.js';
import { examples, summarise, type Summary } from './summary.js';
import { tryNewItem, type NewItemTried } from './try-new-item.js';
import { trainAndActivate } from './train-and-activate.js';
import { trainRanker } from './train-ranker.js';
import { waitForIngest } from './wait-for-ingest.js';

/** What the start script hands over, once Kafka and Redis are up. */
export interface StartContext {
  /** The project's folder. */
  readonly root: string;
  readonly dataFolder: string;
  /** Environment of the services: the caller's own, with the addresses of Kafka, Redis and the registry. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names the Kafka that is ours, whatever its port is today; undefined: a given one, named by its addresses. */
  readonly kafkaLog: string | undefined;
  /** Where the password of the console is to be found: a file, or the variable that set it. */
  readonly passwordAt: string;
  readonly progress: Progress;
  readonly print: (text: string) => void;
  readonly freePort: (preferred: number) => Promise<number>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly startedAt: number;
  /** End after the summary. */
  readonly once: boolean;
  readonly json: string | undefined;
  readonly epochs: number | undefined;
  /** What to replay; undefined: nothing, only start everything. */
  readonly input:
    | {
        readonly events: EventLogSource;
        readonly items: ItemLogSource | undefined;
        /** The data is ours to try things on: an invented item is published and deleted again. */
        readonly isDemo?: boolean;
      }
    | undefined;
}

/**
 * Starts the services, runs the pipeline on the input from the first click to the summary, and stays until `signal` is aborted
 * (or ends, with `once`). Everything it started is stopped when it returns or throws.
 */
export async function runStart(context: StartContext): Promise<void> {
  const config = loadConfig(context.env);
  const logger = createLogger({ service: 'start', level: 'error', pretty: false });
  const pipeline = openPipeline(config, 'start', logger);
  let services: RunningServices | undefined;
  try {
    await pipeline.admin.waitUntilReachable(context.signal);
    await pipeline.admin.ensureTopics(pipelineTopics(config.namespace));
    services = await bringUp(context, config);
    await writeState(context, config, services);
    if (context.input) await runOnInput({ ...context, input: context.input }, config, pipeline, services);
    else context.print(`\nEverything is up.\n\n${addressLines(addresses(context, services))}\n`);
    if (!context.once && !context.signal.aborted) {
      context.print('Reacting to new clicks. Ctrl-C stops everything.\n');
      await once(context.signal, 'abort');
    }
  } finally {
    await stopAll(context, pipeline, services);
  }
}

async function bringUp(context: StartContext, config: Config): Promise<RunningServices> {
  const task = context.progress.start('services', 'starting');
  const up: string[] = [];
  try {
    const services = await startServices({
      ...context,
      onReady(name) {
        up.push(name);
        task.update(`up: ${up.join(', ')}`);
      },
      onEnded({ name, logFile }, code) {
        context.progress.line(`  ! ${name} ended with ${code ?? 'a signal'}; starting it again. Its log: ${logFile}`);
      },
      onBack({ name }) {
        context.progress.line(`  ✓ ${name} is up again`);
      },
      onGivenUp(name, reason) {
        context.progress.line(`  ✗ ${name} stays down after several attempts: ${reason}`);
      },
    });
    task.done(`${up.length} processes, namespace ${config.namespace}, logs in ${context.dataFolder}/logs`);
    return services;
  } catch (error) {
    task.failed(context.signal.aborted ? 'stopped' : 'not all came up');
    throw error;
  }
}

async function runOnInput(
  context: StartContext & { readonly input: NonNullable<StartContext['input']> },
  config: Config,
  pipeline: PipelineAccess,
  services: RunningServices,
): Promise<void> {
  const { progress, signal } = context;
  const { note, fresh, trained } = await replayLogs({
    ...context,
    config,
    log: `${context.kafkaLog ?? config.kafka.brokers.join(',')} ${config.namespace}`,
  });
  await asTask(
    progress,
    'ingest',
    'catching up',
    (task) =>
      waitForIngest(pipeline, config.namespace, signal, (left) =>
        task.update(`${left.toLocaleString('en-US')} messages left`),
      ),
    () => 'has applied everything',
  );
  const live = await pipeline.activation.read();
  if (fresh || live === null || context.epochs !== undefined) {
    await trainAndActivate(pipeline.jobs, progress, signal, context.epochs);
    await trained();
    const activated = await pipeline.activation.read();
    if (activated) await trainRanker(pipeline.jobs, activated.encoder, progress, signal);
  } else {
    progress.line(`  ✓ nothing new to train on: ${live.encoder} is live`);
  }
  const tried = context.input.isDemo ? await tryOut(context, config, pipeline, services) : undefined;
  await finish(context, config, pipeline, services, note, tried);
}

/** What is only for showing never fails a start. */
async function tryOut(
  { progress, signal }: StartContext,
  config: Config,
  pipeline: PipelineAccess,
  { urls }: RunningServices,
): Promise<NewItemTried | undefined> {
  try {
    return await tryNewItem(pipeline, config, urls.recall, apiKey(config), signal);
  } catch (error) {
    signal.throwIfAborted();
    progress.line(`  ! the invented item: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function finish(
  context: StartContext,
  config: Config,
  pipeline: PipelineAccess,
  services: RunningServices,
  note: ReplayNote,
  tried: NewItemTried | undefined,
): Promise<void> {
  const seconds = (Date.now() - context.startedAt) / 1000;
  const summary: Summary = await summarise(pipeline, config.namespace, note, seconds);
  const shown = await examples(pipeline, services.urls.recall, apiKey(config));
  context.print(printSummary(summary, shown, tried, addresses(context, services)));
  if (context.json !== undefined) await writeFile(context.json, `${JSON.stringify(summary, undefined, 2)}\n`);
}

function apiKey({ apiKeys }: Config): Record<string, string> {
  const reader = apiKeys.find(({ role }) => role !== 'publish');
  return reader === undefined ? {} : { 'x-api-key': reader.key };
}

function addresses({ passwordAt }: StartContext, { urls }: RunningServices): Addresses {
  return [
    ['recommendations', `${urls.recall}/v1/users/{userId}/recommendations`],
    ['API, documented', `${urls.recall}/docs and ${urls.ingest}/docs`],
    ['queue dashboard', `${urls.console} (user admin, password in ${passwordAt})`],
    ['metrics', `${urls.recall}/metrics (and of each service on its port)`],
  ];
}

const addressLines = (rows: Addresses): string =>
  rows.map(([what, where]) => `  ${what.padEnd(18)}${where}`).join('\n');

async function writeState(context: StartContext, config: Config, services: RunningServices): Promise<void> {
  await writeRunState(context.dataFolder, {
    pid: process.pid,
    environment: connectionOf(context.env, config),
    services: services.urls,
    startedAt: new Date(context.startedAt).toISOString(),
  });
}

async function stopAll(
  context: StartContext,
  pipeline: PipelineAccess,
  services: RunningServices | undefined,
): Promise<void> {
  const task = context.progress.start('stop', 'services');
  await pipeline.close();
  await services?.stop();
  await removeRunState(context.dataFolder);
  task.done('services stopped');
}
