import { formatTable } from '../format-table.js';
import type { ModelRecord, ModelStatus } from '@click-recall/redis';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addModels: AddCommand = (program, run) => {
  program
    .command('models')
    .description('list the models, newest first')
    .addHelpText(
      'after',
      [
        '',
        'Status: written (no index yet), building, live, ready (was live or is about to be), retired (its index was emptied;',
        'a rollback builds it anew), rejected (by the gate).',
        '',
        'Example:',
        '  click-recall models --json | head -1',
      ].join('\n'),
    )
    .action(
      run(async (context) => {
        await withPipeline(context, ['redis'], async ({ models, activation }) => {
          const [list, { activation: live, building }] = await Promise.all([
            models.list(),
            activation.readWithBuilding(),
          ]);
          const rows = list.map((model) => rowOf(model, live?.encoder, building));
          context.output.result(() => (rows.length === 0 ? 'no model yet: `click-recall train`' : table(rows)), rows);
        });
      }),
    );
};

interface Row extends Omit<ModelRecord, 'status'> {
  readonly live: boolean;
  readonly status: ModelStatus | 'building';
}

/** What is live is said by the activation alone: a record follows it, and after a crash perhaps late. */
function rowOf(model: ModelRecord, liveVersion: string | undefined, building: readonly string[]): Row {
  const live = model.version === liveVersion;
  const isBuilt = building.includes(model.version);
  const past = model.status === 'live' ? 'ready' : model.status;
  return { ...model, live, status: live ? 'live' : isBuilt ? 'building' : past };
}

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
      {
        head: 'note',
        cell: ({ reason, artifactUrl }) => reason ?? (artifactUrl === '' ? 'its files were removed' : ''),
      },
    ],
    rows,
  );
}
