import { itemSchema, type ItemInput } from '@click-recall/contracts';
import { readRows, type FileFormat } from './read-rows.js';
import type { BadRow } from './event-log.js';

/** Where titles and categories of the items are. */
export interface ItemLogSource {
  readonly file: string;
  readonly format: FileFormat;
  readonly itemId: string;
  readonly title?: string;
  /** Set behind the title in brackets, as films are told apart; a word of it that says much of its taste. */
  readonly year?: string;
  readonly categories?: string;
  /** What stands between two categories in a cell; a JSON array needs none. */
  readonly categorySeparator?: string;
}

export interface ItemLog {
  readonly items: readonly ItemInput[];
  readonly rowsRead: number;
  readonly badRows: readonly BadRow[];
  readonly rowsRejected: number;
}

const BAD_ROWS_KEPT = 5;

/**
 * Reads the items of a file.
 *
 * @throws DataFileError when the file or a column is missing
 */
export async function readItemLog(source: ItemLogSource): Promise<ItemLog> {
  const wanted = [source.itemId, source.title, source.year, source.categories];
  const columns = wanted.filter((column) => column !== undefined);
  const place = (column: string | undefined): number => (column === undefined ? -1 : columns.indexOf(column));
  const items: ItemInput[] = [];
  const badRows: BadRow[] = [];
  let [rowsRead, rowsRejected] = [0, 0];
  for await (const row of readRows(source.file, source.format, columns)) {
    rowsRead += 1;
    const parsed =
      'fault' in row
        ? undefined
        : itemSchema.safeParse({
            itemId: row.fields[0],
            title: withYear(row.fields[place(source.title)], row.fields[place(source.year)]),
            categories: splitCategories(row.fields[place(source.categories)], source.categorySeparator ?? '|'),
          });
    if (parsed?.success) {
      items.push(parsed.data);
      continue;
    }
    rowsRejected += 1;
    const issue = parsed?.error.issues[0];
    const reason = 'fault' in row ? row.fault : `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an item'}`;
    if (badRows.length < BAD_ROWS_KEPT) badRows.push({ line: row.line, reason });
  }
  return { items, rowsRead, rowsRejected, badRows };
}

function withYear(title: unknown, year: unknown): unknown {
  const isKnown = (typeof year === 'string' && year.trim() !== '') || typeof year === 'number';
  return isKnown && typeof title === 'string' && title !== '' ? `${title} (${String(year).trim()})` : title;
}

function splitCategories(cell: unknown, separator: string): unknown {
  if (typeof cell !== 'string') return cell ?? undefined;
  const names = cell.split(separator).map((name) => name.trim());
  return names.filter((name) => name !== '');
}
