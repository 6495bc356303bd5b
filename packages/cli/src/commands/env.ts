import { readRunState } from '@click-recall/infra';
import { CliError } from '../errors.js';
import type { AddCommand } from '../program.js';

export const addEnv: AddCommand = (program, run) => {
  program
    .command('env')
    .description(
      'the variables, passwords included, by which other programs reach the pipeline that runs on this machine',
    )
    .addHelpText('after', '\nExample, for the shell that it is typed in:\n  eval "$(click-recall env)"')
    .action(
      run(async ({ output, dataFolder }) => {
        const state = await readRunState(dataFolder);
        if (!state) throw new CliError('nothing runs here; start a pipeline with `click-recall up`');
        const variables = Object.entries(state.environment).toSorted(([a], [b]) => a.localeCompare(b));
        output.result(
          () => variables.map(([name, value]) => `export ${name}=${quoted(value)}`).join('\n'),
          state.environment,
        );
      }),
    );
};

/** A word of the shell that stands for exactly this text. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
