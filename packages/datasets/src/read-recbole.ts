import { existsSync } from 'node:fs';
import type { DatasetParts, InteractionRow } from './build-dataset.js';
import { DataFileError } from './data-file-error.js';
import type { ItemFeatures, UserFeatures } from './dataset.js';
import { readLines } from './open-text.js';

/**
 * Reads the files of RecBole's data sets, such as its MovieLens-100k: `NAME.inter` (user_id, item_id, and where they are
 * there rating and timestamp in seconds), and `NAME.item` and `NAME.user` beside it where they exist. Tab-separated, with a
 * header that types its columns (`rating:float`).
 *
 * @throws DataFileError naming the column that is missing or the line that is wrong
 */
export async function readRecbole(file: string): Promise<Omit<DatasetParts, 'name'>> {
  const base = file.replace(/\.inter(\.gz)?$/, '');
  const items = await features(base, 'item', 'item_id', itemFeatures);
  const users = await features(base, 'user', 'user_id', (fields): UserFeatures => fields);
  const rows: InteractionRow[] = [];
  for await (const { line, fields } of readTable(file, ['user_id', 'item_id'])) {
    const number = (column: string): number | undefined => {
      if (fields[column] === undefined) return undefined;
      const value = fields[column] === '' ? NaN : Number(fields[column]);
      if (!Number.isFinite(value)) {
        throw new DataFileError(
          `${file}:${line}: ${column}: expected a number, found ${JSON.stringify(fields[column])}`,
        );
      }
      return value;
    };
    const [rating, seconds] = [number('rating'), number('timestamp')];
    rows.push({
      user: fields['user_id']!,
      item: fields['item_id']!,
      ...(rating !== undefined && { rating }),
      ...(seconds !== undefined && { time: seconds * 1000 }),
    });
  }
  return { file, rows, ...(items && { items }), ...(users && { users }) };
}

interface TableRow {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** Rows by the header's names without their types. The `required` columns are there and not empty. */
async function* readTable(file: string, required: readonly string[]): AsyncGenerator<TableRow> {
  let columns: string[] | undefined;
  for await (const [line, text] of readLines(file)) {
    if (text === '') continue;
    const cells = text.split('\t');
    if (columns === undefined) {
      columns = cells.map((cell) => cell.replace(/^\uFEFF/, '').split(':')[0] ?? '');
      const absent = required.find((name) => !columns?.includes(name));
      if (absent !== undefined)
        throw new DataFileError(`${file}:${line}: no column ${absent}; it has ${columns.join(', ')}`);
      continue;
    }
    if (cells.length !== columns.length) {
      throw new DataFileError(`${file}:${line}: expected ${columns.length} columns, found ${cells.length}`);
    }
    const fields = Object.fromEntries(columns.map((name, at) => [name, cells[at]!]));
    const empty = required.find((name) => fields[name] === '');
    if (empty !== undefined) throw new DataFileError(`${file}:${line}: ${empty}: is empty`);
    yield { line, fields };
  }
  if (columns === undefined)
    throw new DataFileError(`${file}: is empty, expected a header with ${required.join(', ')}`);
}

async function features<T>(
  base: string,
  ending: string,
  id: string,
  of: (fields: Readonly<Record<string, string>>) => T,
): Promise<Map<string, T> | undefined> {
  const file = [`${base}.${ending}`, `${base}.${ending}.gz`].find((name) => existsSync(name));
  if (file === undefined) return undefined;
  const found = new Map<string, T>();
  for await (const { fields } of readTable(file, [id])) {
    const { [id]: own = '', ...rest } = fields;
    found.set(own, of(rest));
  }
  return found;
}

/** RecBole's films name their title `movie_title` and their genres `class`; other sets `title`, `categories` or `genre`. */
function itemFeatures(columns: Readonly<Record<string, string>>): ItemFeatures {
  const { movie_title: movieTitle, title, class: genres, categories, genre, ...fields } = columns;
  const names = (genres ?? genre ?? categories ?? '').split(' ');
  return { title: movieTitle ?? title ?? '', categories: names.filter((name) => name !== ''), fields };
}
