import type { Command } from 'commander';
import { listLetters, type ListOptions } from '../dead-letters/list.js';
import { replay, type ReplayOptions } from '../dead-letters/replay.js';
import { show } from '../dead-letters/show.js';
import { moment, positive } from '../arguments.js';
import type { AddCommand, Run } from '../program.js';

export const addDeadLetters: AddCommand = (program, run) => {
  const letters = program
    .command('dead-letters')
    .description('messages that a service could not read: look at them, mend them, publish them again');
  addList(letters, run);
  addShow(letters, run);
  addReplay(letters, run);
};

function withFilters(command: Command): Command {
  return command
    .option('--reason <reason>', 'only those refused for this reason, e.g. not-json')
    .option('--service <name>', 'only those refused by this service')
    .option('--topic <name>', 'only those of this topic, e.g. clicks');
}

function addList(letters: Command, run: Run): void {
  withFilters(letters.command('list'))
    .description('each refused message once, the newest first, and how many there are of each reason')
    .option('--since <time>', 'only those written since: ISO 8601, or as long ago as 30m, 12h, 7d', moment)
    .option('--limit <n>', 'show so many; all are counted', positive, 50)
    .option('--all', 'also those that were replayed')
    .addHelpText('after', '\nExample:\n  click-recall dead-letters list --reason not-json --since 24h')
    .action(run<ListOptions>(listLetters));
}

function addShow(letters: Command, run: Run): void {
  letters
    .command('show')
    .description('one refused message: why, what would mend it, its headers and bytes')
    .argument('<message>', 'where it stood, as `list` shows it: TOPIC/PARTITION/OFFSET')
    .addHelpText('after', '\nExample:\n  click-recall dead-letters show clicks/0/42')
    .action(run(show));
}

function addReplay(letters: Command, run: Run): void {
  withFilters(letters.command('replay'))
    .description('publish refused messages again where they came from, mended or as they are')
    .argument('[messages...]', 'which, as `list` shows them; or choose by --reason, --service, --topic')
    .option('--patch <json>', 'fields laid over those of each message; null takes one away')
    .option('--value <json>', 'the whole value, of one message')
    .option('--value-file <file>', 'the whole value, of one message, as the bytes of a file')
    .option('--dry-run', 'say what would happen, publish nothing')
    .addHelpText(
      'after',
      `
A message that would be refused again is not published, and neither is a click of a user who was forgotten since nor an item that
newer word has come of. Replaying again changes nothing. Exit code 1 when something was refused.

Examples:
  click-recall dead-letters replay --reason unsupported-version
  click-recall dead-letters replay clicks/0/42 --patch '{"timestamp":1767225600000}'
  click-recall dead-letters replay clicks/0/43 --value '{"userId":"u1","itemId":"i1","timestamp":1767225600000}'`,
    )
    .action(
      run<ReplayOptions>((context, options, ...rest) =>
        replay(
          context,
          options,
          rest.flat().filter((id) => id !== undefined),
        ),
      ),
    );
}
