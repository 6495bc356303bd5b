import { pipelineTopics } from '@click-recall/kafka';
import { formatTable } from '../format-table.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addTopics: AddCommand = (program, run) => {
  const topics = program.command('topics').description('the Kafka topics of the pipeline');
  topics
    .command('create')
    .description('create the topics that are missing; those that exist are left as they are')
    .addHelpText('after', '\nExample:\n  NAMESPACE=staging click-recall topics create')
    .action(
      run(async (context) => {
        await withPipeline(context, ['kafka'], async ({ admin }, { config }) => {
          const specs = pipelineTopics(config.namespace);
          const created = new Set(await admin.ensureTopics(specs));
          const rows = specs.map((spec) => ({ ...spec, created: created.has(spec.name) }));
          context.output.result(
            () =>
              formatTable(
                [
                  { head: 'topic', cell: ({ name }) => name },
                  { head: 'partitions', cell: ({ partitions }) => partitions },
                  { head: 'cleanup', cell: ({ cleanup }) => cleanup },
                  { head: '', cell: (row) => (row.created ? 'created' : 'was there') },
                ],
                rows,
              ),
            rows,
          );
        });
      }),
    );
};
