import type { AddCommand } from '../program.js';
import { printStatus } from '../status/print-status.js';
import { readStatus } from '../status/read-status.js';
import { CliError } from '../errors.js';
import { withPipeline } from '../target.js';

export const addStatus: AddCommand = (program, run) => {
  program
    .command('status')
    .description('services, topics with lag, queues, users and the live model')
    .addHelpText('after', '\nExit code 1 when something does not answer.\n\nExample:\n  click-recall status --json')
    .action(
      run(async (context) => {
        const status = await withPipeline(context, [], readStatus);
        context.output.result(() => printStatus(status), status);
        if (status.problems.length > 0) {
          throw new CliError(
            status.problems.length === 1 ? 'a part does not answer' : `${status.problems.length} parts do not answer`,
          );
        }
      }),
    );
};
