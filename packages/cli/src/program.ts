import { Command } from 'commander';
import { addCompare } from './commands/compare.js';
import { addConsume } from './commands/consume.js';
import { addDeadLetters } from './commands/dead-letters.js';
import { addDown } from './commands/down.js';
import { addEnv } from './commands/env.js';
import { addEmbed } from './commands/embed.js';
import { addExport } from './commands/export.js';
import { addModels } from './commands/models.js';
import { addPublish } from './commands/publish.js';
import { addRedisAcl } from './commands/redis-acl.js';
import { addRollback } from './commands/rollback.js';
import { addStatus } from './commands/status.js';
import { addTopics } from './commands/topics.js';
import { addTrain } from './commands/train.js';
import { addTrainRanker } from './commands/train-ranker.js';
import { addUp } from './commands/up.js';
import { createContext, type CliContext, type CliIo, type GlobalOptions } from './context.js';

/** Adds a command to the program; `run` turns its handler into commander's action. */
export type AddCommand = (program: Command, run: Run) => void;

/** What commander calls an action with: the command's arguments, its options, the command. */
type ActionValues<O> = [...(string | undefined)[], O, Command];

export type Run = <O extends object>(
  handler: (context: CliContext, options: O, ...values: (string | undefined)[]) => Promise<void>,
) => (...values: ActionValues<O>) => Promise<void>;

const COMMANDS: readonly AddCommand[] = [
  addUp,
  addDown,
  addStatus,
  addEnv,
  addPublish,
  addConsume,
  addDeadLetters,
  addTrain,
  addTrainRanker,
  addModels,
  addRollback,
  addEmbed,
  addExport,
  addTopics,
  addCompare,
  addRedisAcl,
];

/** The whole command; parsing it runs it. Throws commander's errors instead of ending the process. */
export function createProgram(io: CliIo): Command {
  const program = new Command('click-recall')
    .description('Click events in, recommendations out: run the pipeline, feed it, look into it.')
    .option('--json', 'write results as JSON, one document a line')
    .option('--verbose', 'show the stack of an error and what the libraries log')
    .option('--data <folder>', 'folder of the pipeline on this machine (default: .data of the project)')
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text) })
    .addHelpText(
      'after',
      `
Addresses come from the environment (KAFKA_BROKERS, REDIS_URL, NAMESPACE, ...; see docs/configuration.md) or, where
neither of the first two is set, from the pipeline that runs on this machine.
Exit codes: 0 done, 1 failed, 2 the command was not understood, 130 interrupted.

Examples:
  click-recall up
  click-recall publish --file shop.csv.gz --user visitor --item sku --timestamp time --timestamp-unit iso
  click-recall train --wait
  click-recall consume recommendations --from-beginning --max 5
  click-recall status --json`,
    );
  const run: Run =
    <O extends object>(
      handler: (context: CliContext, options: O, ...values: (string | undefined)[]) => Promise<void>,
    ) =>
    async (...values: ActionValues<O>) => {
      const context = createContext(io, program.opts<GlobalOptions>());
      await handler(context, values.at(-2) as O, ...(values.slice(0, -2) as (string | undefined)[]));
    };
  for (const add of COMMANDS) add(program, run);
  // Commander gives a subcommand's errors the settings of the program only when it is told to.
  for (const command of program.commands) inherit(command, program);
  return program;
}

function inherit(command: Command, program: Command): void {
  command.copyInheritedSettings(program);
  for (const child of command.commands) inherit(child, program);
}
