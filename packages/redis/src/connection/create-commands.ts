import { isRetriable } from '@click-recall/runtime';
import { Cluster, Command as WireCommand, type ChainableCommander, type Redis } from 'ioredis';
import type { Client } from './create-client.js';
import type { Command, RedisCommands, Reply, Script, ScriptCall } from './commands.js';
import { RedisOutOfMemoryError, toRedisError } from './errors.js';

/** Commands in one write; bounds the memory of a round trip and lets the server work while the next ones are written. */
const SLICE = 1_000;

type Encoding = 'utf8' | null;
type Outcome = { readonly reply: Reply } | { readonly error: Error };

/** Every server that holds keys: the masters of a Cluster, else the one server. */
export function keyServersOf(client: Client): readonly Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** The commands of a raw client, with errors and replies translated. */
export function createCommands(client: Client, address: string, onOutOfMemory?: () => void): RedisCommands {
  const translated = (thrown: unknown): unknown => {
    const error = toRedisError(thrown, address);
    if (error instanceof RedisOutOfMemoryError) onOutOfMemory?.();
    return error;
  };
  const one = async (command: Command, encoding: Encoding): Promise<Reply> => {
    try {
      return (await client.sendCommand(toWire(command, encoding))) as Reply;
    } catch (error) {
      throw translated(error);
    }
  };

  /** Never rejects because of a command: each has its own outcome. */
  const many = (commands: readonly Command[], encoding: Encoding): Promise<Outcome[]> =>
    client instanceof Cluster
      ? Promise.all(commands.map((command) => settle(Promise.resolve(client.sendCommand(toWire(command, encoding))))))
      : pipelined(client, commands, encoding);

  const inSlices = async (commands: readonly Command[], encoding: Encoding): Promise<Outcome[]> => {
    const slices: Promise<Outcome[]>[] = [];
    for (let start = 0; start < commands.length; start += SLICE) {
      slices.push(many(commands.slice(start, start + SLICE), encoding));
      // At most two slices are under way.
      if (slices.length > 1) await slices[slices.length - 2];
    }
    const outcomes = await Promise.all(slices);
    return outcomes.length === 1 ? (outcomes[0] ?? []) : outcomes.flat();
  };

  const repliesOf = (outcomes: readonly Outcome[]): Reply[] =>
    outcomes.map((outcome) => {
      if ('error' in outcome) throw translated(outcome.error);
      return outcome.reply;
    });

  /** A master that is down is left out: nothing of it is asked, or the same call says that it is down. One that refuses says why. */
  const load = async (script: Script): Promise<void> => {
    const loads = keyServersOf(client).map((node) =>
      node.sendCommand(toWire(['SCRIPT', 'LOAD', script.source], 'utf8')),
    );
    for (const loaded of await Promise.allSettled(loads)) {
      if (loaded.status === 'fulfilled') continue;
      const error = translated(loaded.reason);
      if (!isRetriable(error)) throw error;
    }
  };

  const run = async (script: Script, calls: readonly ScriptCall[]): Promise<Reply[]> => {
    const commands = calls.map(({ keys, args }) => ['EVALSHA', script.sha, keys.length, ...keys, ...args]);
    const outcomes = await inSlices(commands, 'utf8');
    const unknown = outcomes.flatMap((outcome, index) => (isNoScript(outcome) ? [index] : []));
    if (unknown.length === 0) return repliesOf(outcomes);
    // A server that has just started, or whose scripts were flushed: none of these calls did anything.
    await load(script);
    const again = await inSlices(
      unknown.map((index) => commands[index] ?? []),
      'utf8',
    );
    unknown.forEach((index, place) => {
      const outcome = again[place];
      if (outcome) outcomes[index] = outcome;
    });
    return repliesOf(outcomes);
  };

  return {
    call: (command) => one(command, 'utf8'),
    callBytes: (command) => one(command, null),
    pipeline: async (commands) => repliesOf(await inSlices(commands, 'utf8')),
    pipelineBytes: async (commands) => repliesOf(await inSlices(commands, null)),
    run,
  };
}

function toWire([name, ...args]: Command, replyEncoding: Encoding): WireCommand {
  return new WireCommand(String(name), args as (string | number | Buffer)[], { replyEncoding });
}

async function pipelined(client: Redis, commands: readonly Command[], encoding: Encoding): Promise<Outcome[]> {
  if (commands.length === 0) return [];
  // The method is public but missing in the typings; it spares the name look-up and argument copies of `call`.
  const pipeline = client.pipeline() as ChainableCommander & { sendCommand(command: WireCommand): unknown };
  for (const command of commands) pipeline.sendCommand(toWire(command, encoding));
  const results = await pipeline.exec();
  return (results ?? []).map(([error, reply]) => (error ? { error } : { reply: reply as Reply }));
}

async function settle(reply: Promise<unknown>): Promise<Outcome> {
  try {
    return { reply: (await reply) as Reply };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function isNoScript(outcome: Outcome): boolean {
  return 'error' in outcome && outcome.error.message.startsWith('NOSCRIPT');
}
