import { positive } from '../arguments.js';
import { followFlow } from '../flow/follow-flow.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

interface TrainOptions {
  readonly epochs?: number;
  readonly wait?: boolean;
}

export const addTrain: AddCommand = (program, run) => {
  program
    .command('train')
    .description('train on the clicks that are there, and put the model live if it passes the gate')
    .option('--epochs <n>', 'train at most so many epochs', positive)
    .option('--wait', 'wait until the new model is live, and show how it goes')
    .addHelpText('after', '\nExample:\n  click-recall train --epochs 5 --wait')
    .action(
      run<TrainOptions>(async (context, { epochs, wait }) => {
        const { output, signal } = context;
        await withPipeline(context, ['redis'], async ({ jobs }) => {
          const { id, started } = await jobs.startTraining({
            reason: 'manual',
            ...(epochs !== undefined && { epochs }),
          });
          output.note(started ? `training started, flow ${id}` : `a training is under way already, flow ${id}`);
          if (!wait) {
            output.result(() => 'see how it goes with `click-recall status`, or start with --wait', {
              flow: id,
              started,
            });
            return;
          }
          const flow = await followFlow(jobs, id, { signal, say: output.note });
          const trained = flow.jobs.train?.result;
          output.result(() => `${trained?.modelVersion ?? 'the model'} is live`, {
            flow: id,
            started,
            modelVersion: trained?.modelVersion,
            metrics: trained?.metrics,
            indexRecall: flow.jobs.embed?.result?.indexRecall,
          });
        });
      }),
    );
};
