import { resolve } from 'node:path';
import { CliError } from '../errors.js';
import { interrupted } from '../interrupted.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

interface ExportOptions {
  readonly npz: string;
  readonly model?: string;
}

export const addExport: AddCommand = (program, run) => {
  program
    .command('export')
    .description('write the vectors of users and items to a file for NumPy')
    .requiredOption('--npz <file>', 'file to write, on the machine of the trainer')
    .option('--model <version>', 'the model (default: the live one)')
    .addHelpText('after', '\nExample:\n  click-recall export --npz vectors.npz')
    .action(
      run<ExportOptions>(async (context, { npz, model }) => {
        const { output } = context;
        await withPipeline(context, ['redis'], async ({ jobs, activation }) => {
          const modelVersion = model ?? (await activation.read())?.encoder;
          if (modelVersion === undefined) throw new CliError('no model is live yet: `click-recall train`');
          const id = await jobs.add('export', { file: resolve(npz), modelVersion });
          output.note(`exporting ${modelVersion}`);
          const outcome = await Promise.race([jobs.waitFor('export', id), interrupted(context.signal)]);
          if (outcome.kind === 'failed') throw new CliError(`the export failed: ${outcome.failure.message}`);
          const { file, users, items } = outcome.result;
          output.result(() => `${file}: ${users} users, ${items} items`, outcome.result);
        });
      }),
    );
};
