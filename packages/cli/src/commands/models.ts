import { formatTable } from '../format-table.js';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addModels: AddCommand = (program, run) => {
  program
    .command('models')
    .description('list the models, newest first')
    .addHelpText('after', '\nExample:\n  click-recall models --json | head -1')
    .action(
      run(async (context) => {
        await withPipeline(context, ['redis'], async ({ models, activation }) => {
          const [list, live] = await Promise.all([models.list(), activation.read()]);
          const rows = list.map((model) => ({ ...model, live: model.version === live?.encoder }));
          context.output.result(() => (rows.length === 0 ? 'no model yet: `click-recall train`' : table(rows)), rows);
        });
      }),
    );
};

type Row = Awaited<ReturnType<Parameters<Parameters<typeof withPipeline>[2]>[0]['models']['list']>>[number] & {
  readonly live: boolean;
};

function table(rows: readonly Row[]): string {
  return formatTable<Row>(
    [
      { head: 'version', cell: ({ version, live }) => `${live ? '* ' : '  '}${version}` },
      { head: 'status', cell: ({ status }) => status },
      { head: 'created', cell: ({ createdAt }) => new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ') },
      { head: 'HR@10', cell: ({ metrics }) => metrics?.hr10 ?? '-' },
      { head: 'NDCG@10', cell: ({ metrics }) => metrics?.ndcg10 ?? '-' },
      { head: 'epochs', cell: ({ metrics }) => metrics?.epochs ?? '-' },
      { head: 'users', cell: ({ metrics }) => metrics?.users ?? '-' },
      { head: 'items', cell: ({ metrics }) => metrics?.items ?? '-' },
      { head: 'clicks', cell: ({ metrics }) => metrics?.clicks ?? '-' },
      { head: 'note', cell: ({ reason }) => reason ?? '' },
    ],
    rows,
  );
}
