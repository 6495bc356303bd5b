import { describeRanker } from '@click-recall/infra';
import { CliError } from '../errors.js';
import { interrupted } from '../interrupted.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addTrainRanker: AddCommand = (program, run) => {
  program
    .command('train-ranker')
    .description('train a ranker for the live model, and put it live if its order is better than the recalled one')
    .option('--wait', 'wait until it is live, or rejected')
    .addHelpText(
      'after',
      '\nA ranker is trained after each activation by itself.\n\nExample:\n  click-recall train-ranker --wait',
    )
    .action(
      run<{ readonly wait?: boolean }>(async (context, { wait }) => {
        const { output } = context;
        await withPipeline(context, ['redis'], async ({ jobs, activation }) => {
          const modelVersion = (await activation.read())?.encoder;
          if (modelVersion === undefined) throw new CliError('no model is live yet: `click-recall train`');
          const id = await jobs.add('train-ranker', { modelVersion });
          output.note(`training a ranker for ${modelVersion}, job ${id}`);
          if (!wait) {
            const hint = 'see how it goes with `click-recall status`, or start with --wait';
            return output.result(() => hint, { job: id, modelVersion });
          }
          const outcome = await Promise.race([jobs.waitFor('train-ranker', id), interrupted(context.signal)]);
          if (outcome.kind === 'failed') throw new CliError(`no ranker: ${outcome.failure.message}`);
          output.result(() => `${describeRanker(outcome.result)}; it is live`, { job: id, ...outcome.result });
        });
      }),
    );
};
