import { openPipeline, readRunState, type PipelineAccess, type RunState } from '@click-recall/infra';
import { KafkaRefused } from '@click-recall/kafka';
import {
  atMost,
  createLogger,
  loadConfig,
  messageOf,
  redactUrl,
  variablesSet,
  type Config,
  RedisRefused,
  within,
  withoutServers,
} from '@click-recall/runtime';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';

/** The pipeline that a command is about. */
export interface Target {
  readonly config: Config;
  /** The pipeline that runs on this machine, where it is the one meant. */
  readonly local: RunState | undefined;
}

/**
 * The pipeline that the environment names (KAFKA_BROKERS or REDIS_URL), else the one that runs on this machine, else the
 * default addresses. Never a mixture: half of one pipeline and half of another would be changed.
 *
 * @throws ConfigError
 */
async function findTarget({ dataFolder, env }: CliContext): Promise<Target> {
  const named = variablesSet(['KAFKA_BROKERS', 'REDIS_URL'], env).length > 0;
  const local = named ? undefined : await readRunState(dataFolder);
  if (!local) return { config: loadConfig(env), local: undefined };
  const config = loadConfig(withoutServers(env), local.environment);
  return { config, local };
}

const PATIENCE_MS = 5_000;
const CLOSE_MS = 1_000;

export type Server = 'kafka' | 'redis';

/**
 * Opens the pipeline, makes sure that the servers needed answer, does the work, and closes it.
 *
 * @throws CliError when a server does not answer, with its address
 */
export async function withPipeline<T>(
  context: CliContext,
  needed: readonly Server[],
  work: (pipeline: PipelineAccess, target: Target) => Promise<T>,
): Promise<T> {
  const target = await findTarget(context);
  const pipeline = openPipeline(target.config, 'cli', quietLogger(context));
  try {
    for (const server of needed) {
      const problem = await problemOf(server, pipeline, target);
      if (problem !== undefined) throw new CliError(`${problem}${hint(target)}`);
    }
    return await work(pipeline, target);
  } finally {
    // Only asked questions and started jobs: nothing of ours is under way any more.
    await atMost(CLOSE_MS, pipeline.close());
  }
}

/** Why a server cannot be used, with its address; undefined when it answers. */
export async function problemOf(
  server: Server,
  { admin, redis }: PipelineAccess,
  { config }: Target,
): Promise<string | undefined> {
  const where =
    server === 'kafka' ? `Kafka at ${config.kafka.brokers.join(',')}` : `Redis at ${redactUrl(config.redis.url)}`;
  try {
    // Told by our own clock, which says it alike of both.
    const answer: Promise<unknown> = server === 'kafka' ? admin.listTopics() : redis.ready(2 * PATIENCE_MS);
    await within(PATIENCE_MS, answer, () => new Error(`nothing in ${PATIENCE_MS / 1000} s`));
    return undefined;
  } catch (error) {
    // It answers, and says why it will not have us.
    if (error instanceof KafkaRefused || error instanceof RedisRefused) return error.message;
    return `${where} does not answer (${messageOf(error)})`;
  }
}

/** Libraries log what the command itself says better; shown only on request. */
export function quietLogger({ verbose }: Pick<CliContext, 'verbose'>) {
  return createLogger({
    service: 'cli',
    level: verbose ? 'warn' : 'silent',
    pretty: false,
    destination: process.stderr,
  });
}

function hint({ local }: Target): string {
  return local ? '' : '. Start a pipeline here with `click-recall up`, or name one with KAFKA_BROKERS and REDIS_URL.';
}
