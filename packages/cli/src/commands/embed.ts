import { CliError } from '../errors.js';
import { interrupted } from '../interrupted.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addEmbed: AddCommand = (program, run) => {
  program
    .command('embed')
    .description('write again what is missing in the indexes of the live model, and wait until it is there')
    .addHelpText(
      'after',
      [
        '',
        'For indexes or vectors that were deleted or lost (the metric click_recall_index_missing says so). What is there is left alone,',
        'and answers go on meanwhile. Where no model is live any more, `click-recall rollback` brings one back.',
        '',
        'Example:',
        '  click-recall embed',
      ].join('\n'),
    )
    .action(
      run(async (context) => {
        const { output, signal } = context;
        await withPipeline(context, ['redis'], async ({ jobs, activation }) => {
          const modelVersion = (await activation.read())?.encoder;
          if (modelVersion === undefined) {
            throw new CliError(
              'no model is live: `click-recall models` lists them, `click-recall rollback` puts one live',
            );
          }
          const id = await jobs.add('embed', { modelVersion });
          output.note(`building the index of ${modelVersion}, job ${id}`);
          const outcome = await Promise.race([jobs.waitFor('embed', id), interrupted(signal)]);
          if (outcome.kind === 'failed') throw new CliError(`the index is not complete: ${outcome.failure.message}`);
          const { items, newItems, users, seconds } = outcome.result;
          const others = newItems ? `, ${newItems} new items` : '';
          const text = `the index of ${modelVersion} is complete: ${items} items${others}, ${users} users (${seconds.toFixed(1)} s)`;
          output.result(() => text, { job: id, ...outcome.result });
        });
      }),
    );
};
