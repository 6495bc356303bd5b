import { createClickPublisher } from '@click-recall/client';
import {
  FILE_FORMATS,
  TIMESTAMP_UNITS,
  type BadRow,
  type EventLogSource,
  type FileFormat,
  type ItemLogSource,
  type TimestampUnit,
} from '@click-recall/datasets';
import { publishReplay, readReplay } from '@click-recall/infra';
import { Option } from 'commander';
import { commaList, positive } from '../arguments.js';
import { UsageError } from '../errors.js';
import type { AddCommand } from '../program.js';
import { quietLogger, withPipeline } from '../target.js';

interface PublishOptions {
  readonly file: string;
  readonly format?: FileFormat;
  readonly user: string;
  readonly item: string;
  readonly timestamp: string;
  readonly timestampUnit: TimestampUnit;
  readonly type?: string;
  readonly keep?: readonly string[];
  readonly items?: string;
  readonly itemId: string;
  readonly title?: string;
  readonly categories?: string;
  readonly maxEvents?: number;
  readonly dryRun?: boolean;
}

export const addPublish: AddCommand = (program, run) => {
  program
    .command('publish')
    .description('publish the events of a file as clicks; doing it again changes nothing')
    .requiredOption('--file <file>', 'CSV, TSV or JSON Lines, gzipped or not')
    .addOption(new Option('--format <format>', 'default: by the name of the file').choices(FILE_FORMATS))
    .option('--user <column>', 'column of the user', 'userId')
    .option('--item <column>', 'column of the item', 'itemId')
    .option('--timestamp <column>', 'column of the time', 'timestamp')
    .addOption(new Option('--timestamp-unit <unit>', 'what the time is in').choices(TIMESTAMP_UNITS).default('ms'))
    .option('--type <column>', "column of the event's type")
    .option('--keep <types>', 'only events of these types, separated by commas; needs --type', commaList)
    .option('--items <file>', 'titles and categories of the items, a file of the same format')
    .option('--item-id <column>', 'column of the item in --items', 'itemId')
    .option('--title <column>', 'column of the title in --items')
    .option('--categories <column>', 'column of the categories ("A|B") in --items')
    .option('--max-events <n>', 'only the first n rows', positive)
    .option('--dry-run', 'read and check the file, publish nothing')
    .addHelpText(
      'after',
      `
Examples:
  click-recall publish --file clicks.jsonl
  click-recall publish --file shop.csv.gz --user visitor --item sku --timestamp time --timestamp-unit iso
  click-recall publish --file log.tsv --user u --item i --timestamp t --timestamp-unit s --type kind --keep view,like`,
    )
    .action(
      run<PublishOptions>(async (context, options) => {
        const { output, signal } = context;
        const { events, items } = sourcesOf(options);
        // Everything is read and checked before a server is asked for anything.
        const replay = await readReplay(events, items);
        tellBadRows(output.note, events.file, replay.log);
        if (items && replay.items) tellBadRows(output.note, items.file, replay.items);
        const { rowsRead: read, rowsRejected: rejected, rowsSkipped: skipped, events: found } = replay.log;
        const counts = { read, rejected, skipped, items: replay.items?.items.length ?? 0 };
        if (options.dryRun) {
          output.result(() => `${found.length} events would be published`, { ...counts, published: 0 });
          return;
        }
        await withPipeline(context, ['kafka'], async (_pipeline, { config }) => {
          const { namespace, kafka } = config;
          const publisher = createClickPublisher({
            ...kafka,
            namespace,
            clientId: 'cli',
            logger: quietLogger(context),
          });
          try {
            await publishReplay(replay, publisher, signal, progressLine(output.note));
          } finally {
            await publisher.close();
          }
        });
        const left = rejected === 0 ? '' : `; ${rejected} bad rows were left out`;
        output.result(() => `${found.length} events and ${counts.items} items published${left}`, {
          ...counts,
          published: found.length,
        });
      }),
    );
};

/** @throws UsageError for options that do not go together */
function sourcesOf(options: PublishOptions): { events: EventLogSource; items: ItemLogSource | undefined } {
  const { file, user, item, timestamp, timestampUnit, type, keep, maxEvents, itemId, title, categories } = options;
  if (keep && type === undefined) throw new UsageError('--keep lists types: say with --type which column has them');
  if (options.items === undefined && (title ?? categories) !== undefined) {
    throw new UsageError('--title and --categories describe a file of items: give it with --items');
  }
  const format = options.format ?? formatOf(file);
  return {
    events: {
      file,
      format,
      user,
      item,
      timestamp,
      timestampUnit,
      ...(type !== undefined && { type }),
      ...(keep && { keep }),
      ...(maxEvents !== undefined && { maxEvents }),
    },
    items:
      options.items === undefined
        ? undefined
        : {
            file: options.items,
            format,
            itemId,
            ...(title !== undefined && { title }),
            ...(categories !== undefined && { categories }),
          },
  };
}

const ENDINGS: Readonly<Record<string, FileFormat>> = { csv: 'csv', tsv: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl' };

function formatOf(file: string): FileFormat {
  const ending = /\.(\w+)(\.gz)?$/.exec(file)?.[1]?.toLowerCase() ?? '';
  const format = ENDINGS[ending];
  if (format) return format;
  throw new UsageError(`the name of ${file} does not say what it is: give --format ${FILE_FORMATS.join('|')}`);
}

function tellBadRows(
  note: (text: string) => void,
  file: string,
  { badRows, rowsRejected }: { readonly badRows: readonly BadRow[]; readonly rowsRejected: number },
): void {
  for (const { line, reason } of badRows) note(`${file}:${line}: ${reason}`);
  if (rowsRejected > badRows.length) note(`${file}: ${rowsRejected} bad rows in all`);
}

const TELL_EVERY_MS = 2_000;

function progressLine(note: (text: string) => void): (published: number, of: number) => void {
  let told = Date.now();
  return (published, of) => {
    if (Date.now() - told < TELL_EVERY_MS || published === of) return;
    told = Date.now();
    note(`${published} of ${of} published`);
  };
}
