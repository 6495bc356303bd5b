import { timestampSchema } from '@click-recall/contracts';
import type { DatasetParts, InteractionRow } from './build-dataset.js';
import { DataFileError, shownCell, textOf } from './data-file-error.js';
import type { ItemFeatures } from './dataset.js';
import { readItemLog } from './item-log.js';
import { readRows, type FileFormat } from './read-rows.js';
import { readTimestamp, type TimestampUnit } from './read-timestamp.js';

/** Which columns of a CSV, TSV or JSON Lines file mean what. */
export interface EventTableColumns {
  readonly user: string;
  readonly item: string;
  /** Without it the order of the file is the order of time. */
  readonly timestamp?: string | undefined;
  readonly timestampUnit: TimestampUnit;
  readonly rating?: string | undefined;
  /** Column of the event's type; with `keep`, only rows of these types count. */
  readonly type?: string | undefined;
  readonly keep?: readonly string[] | undefined;
}

/** A file of the same format with what is known of the items. */
export interface ItemTable {
  readonly path: string;
  readonly itemId: string;
  readonly title?: string | undefined;
  readonly categories?: string | undefined;
  readonly categorySeparator?: string | undefined;
}

/**
 * Reads interactions by columns. Unlike a replay, which leaves bad rows out and counts them, this refuses the file: figures
 * are of all of the data or of none.
 *
 * @throws DataFileError naming the column that is missing or the line that is wrong
 */
export async function readEventTable(
  file: string,
  format: FileFormat,
  columns: EventTableColumns,
  itemTable?: ItemTable,
): Promise<Omit<DatasetParts, 'name'>> {
  const { user, item, timestamp, rating, type } = columns;
  const wanted = [user, item, timestamp, rating, type].filter((name) => name !== undefined);
  const keep = columns.keep && new Set(columns.keep);
  const rows: InteractionRow[] = [];
  for await (const row of readRows(file, format, wanted)) {
    if ('fault' in row) throw new DataFileError(`${file}:${row.line}: ${row.fault}`);
    const cell = (name: string | undefined): unknown =>
      name === undefined ? undefined : row.fields[wanted.indexOf(name)];
    const refuse = (column: string, expected: string): never => {
      const found = shownCell(cell(column));
      throw new DataFileError(`${file}:${row.line}: ${column}: expected ${expected}, found ${found}`);
    };
    const id = (column: string): string => {
      const value = cell(column);
      const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
      return text === '' ? refuse(column, 'an id') : text;
    };
    if (keep && !keep.has(textOf(cell(type)))) continue;
    const time = timestamp === undefined ? undefined : readTime(cell(timestamp), columns.timestampUnit);
    if (timestamp !== undefined && time === undefined) refuse(timestamp, `a time in ${columns.timestampUnit}`);
    const score = rating === undefined || cell(rating) === '' ? undefined : Number(textOf(cell(rating)) || NaN);
    if (rating !== undefined && !Number.isFinite(score)) refuse(rating, 'a number');
    rows.push({
      user: id(user),
      item: id(item),
      ...(time !== undefined && { time }),
      ...(score !== undefined && { rating: score }),
    });
  }
  return { file, rows, ...(itemTable && { items: await readItems(itemTable, format) }) };
}

function readTime(value: unknown, unit: TimestampUnit): number | undefined {
  const time = readTimestamp(value, unit);
  if (typeof time !== 'string') return time;
  const parsed = timestampSchema.safeParse(time);
  return parsed.success ? parsed.data : undefined;
}

async function readItems(table: ItemTable, format: FileFormat): Promise<Map<string, ItemFeatures>> {
  const { path, itemId, title, categories, categorySeparator } = table;
  const log = await readItemLog({
    file: path,
    format,
    itemId,
    ...(title !== undefined && { title }),
    ...(categories !== undefined && { categories }),
    ...(categorySeparator !== undefined && { categorySeparator }),
  });
  const [bad] = log.badRows;
  if (bad) throw new DataFileError(`${path}:${bad.line}: ${bad.reason}`);
  return new Map(
    log.items.map((item) => [
      String(item.itemId),
      { title: item.title ?? '', categories: item.categories ?? [], fields: {} },
    ]),
  );
}
