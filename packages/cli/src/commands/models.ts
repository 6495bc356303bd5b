import type { ColdStartMetrics } from '@click-recall/contracts';
import { formatTable } from '../format-table.js';
import type { ModelRecord, ModelStatus, RankerRecord } from '@click-recall/redis';
import type { AddCommand } from '../program.js';
import { withPipeline } from '../target.js';

export const addModels: AddCommand = (program, run) => {
  program
    .command('models')
    .description('list the models and their rankers, newest first')
    .addHelpText(
      'after',
      [
        '',
        'Status: written (no index yet), building, live, ready (was live or is about to be), retired (its index was emptied;',
        'a rollback builds it anew), rejected (by the gate). A ranker belongs to one model: live, passed (its gate; the best one',
        'comes back with its model), rejected.',
        'New items: how well the model finds them by title and categories alone; of those who click one, the share that has it among',
        'the first 100, and of others.',
        '',
        'Example:',
        '  click-recall models --json | head -1',
      ].join('\n'),
    )
    .action(
      run(async (context) => {
        await withPipeline(context, ['redis'], async ({ models, rankers, activation }) => {
          const [list, ranked, { activation: live, building }] = await Promise.all([
            models.list(),
            rankers.list(),
            activation.readWithBuilding(),
          ]);
          const own = ranked.map((ranker) => rankerOf(ranker, live?.ranker));
          const rows = list.map((model) => rowOf(model, live?.encoder, building, own));
          context.output.result(
            () => (rows.length === 0 ? 'no model yet: `click-recall train`' : tables(rows, own)),
            rows,
          );
        });
      }),
    );
};

interface Row extends Omit<ModelRecord, 'status'> {
  readonly live: boolean;
  readonly status: ModelStatus | 'building';
  readonly rankers: readonly RankerRow[];
}

interface RankerRow extends Omit<RankerRecord, 'status'> {
  readonly live: boolean;
  readonly status: RankerRecord['status'] | 'live';
}

/** What is live is said by the activation alone: a record follows it, and after a crash perhaps late. */
function rowOf(
  model: ModelRecord,
  liveVersion: string | undefined,
  building: readonly string[],
  rankers: readonly RankerRow[],
): Row {
  const live = model.version === liveVersion;
  const isBuilt = building.includes(model.version);
  const past = model.status === 'live' ? 'ready' : model.status;
  const own = rankers.filter(({ modelVersion }) => modelVersion === model.version);
  return { ...model, live, status: live ? 'live' : isBuilt ? 'building' : past, rankers: own };
}

function rankerOf(ranker: RankerRecord, liveVersion: string | undefined): RankerRow {
  const live = ranker.version === liveVersion;
  return { ...ranker, live, status: live ? 'live' : ranker.status };
}

function tables(models: readonly Row[], rankers: readonly RankerRow[]): string {
  return [table(models), ...(rankers.length > 0 ? [rankerTable(rankers)] : [])].join('\n\n');
}

function rankerTable(rows: readonly RankerRow[]): string {
  return formatTable<RankerRow>(
    [
      { head: 'ranker', cell: ({ version, live }) => `${live ? '* ' : '  '}${version}` },
      { head: 'status', cell: ({ status }) => status },
      { head: 'of model', cell: ({ modelVersion }) => modelVersion },
      { head: 'NDCG@10 recalled', cell: ({ metrics }) => metrics.ndcg10.recalled.toFixed(4) },
      { head: 're-ranked', cell: ({ metrics }) => metrics.ndcg10.reranked.toFixed(4) },
      { head: 'clicks', cell: ({ metrics }) => metrics.clicks },
      { head: 'note', cell: ({ artifactUrl }) => (artifactUrl === '' ? 'its files were removed' : '') },
    ],
    rows,
  );
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
      { head: 'new items', cell: ({ metrics }) => newItemsText(metrics?.coldStart) },
      {
        head: 'note',
        cell: ({ reason, artifactUrl }) => reason ?? (artifactUrl === '' ? 'its files were removed' : ''),
      },
    ],
    rows,
  );
}

/** What the mapping for items that nobody has clicked is worth: first 100 of those who click one, and of others. */
function newItemsText(mapping: ColdStartMetrics | undefined): string {
  return mapping ? `${mapping.recall100.toFixed(3)} / ${mapping.others100.toFixed(3)}` : '-';
}
