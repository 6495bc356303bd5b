import { bestRanker } from '@click-recall/redis';
import { CliError } from '../errors.js';
import { followFlow } from '../flow/follow-flow.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addRollback: AddCommand = (program, run) => {
  program
    .command('rollback')
    .description('put a model that was trained before live again')
    .argument('<version>', 'the version, see `click-recall models`')
    .option('--wait', 'wait until it is live')
    .addHelpText('after', '\nExample:\n  click-recall rollback 20261122T113000Z-ab12cd --wait')
    .action(
      run<{ readonly wait?: boolean }>(async (context, { wait }, version) => {
        const { output, signal } = context;
        await withPipeline(context, ['redis'], async ({ jobs, models, rankers, activation }) => {
          if (version === undefined) throw new CliError('no version was given');
          const model = await models.get(version);
          if (!model) {
            const known = (await models.list()).map((each) => each.version);
            throw new CliError(`there is no model ${version}; known: ${known.slice(0, 10).join(', ') || 'none'}`);
          }
          if (model.status === 'rejected')
            throw new CliError(`${version} did not pass the gate: ${model.reason ?? 'no reason is known'}`);
          if (model.artifactUrl === '')
            throw new CliError(`the files of ${version} were removed (only so many versions are kept)`);
          if ((await activation.read())?.encoder === version) {
            output.result(() => `${version} is live already`, { modelVersion: version, started: false });
            return;
          }
          const { id } = await jobs.startRollback(version);
          output.note(`rolling back to ${version}, flow ${id}`);
          if (wait) await followFlow(jobs, id, { signal, say: output.note });
          const live = wait === true;
          const ranker = live ? (await activation.read())?.ranker : bestRanker(await rankers.list(version))?.version;
          const beside = ranker ? `, with its ranker ${ranker}` : '';
          const text = live ? `${version} is live${beside}` : 'see how it goes with `click-recall status`';
          output.result(() => text, { modelVersion: version, ranker: ranker || null, flow: id, started: true, live });
        });
      }),
    );
};
