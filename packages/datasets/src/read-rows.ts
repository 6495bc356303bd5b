import { parse } from 'csv-parse';
import { DataFileError } from './data-file-error.js';
import { openText, readLines, unreadable } from './open-text.js';

export const FILE_FORMATS = ['csv', 'tsv', 'jsonl'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** One row: its 1-based line in the file, and the wanted fields in the order they were asked for; or why it could not be read. */
export type FileRow =
  { readonly line: number; readonly fields: readonly unknown[] } | { readonly line: number; readonly fault: string };

/**
 * Reads the named columns of a CSV, TSV or JSON Lines file, gzipped or not (told by its first bytes), row by row.
 *
 * @throws DataFileError when the file cannot be opened or its header lacks a column
 */
export async function* readRows(file: string, format: FileFormat, columns: readonly string[]): AsyncGenerator<FileRow> {
  if (format === 'jsonl') yield* readJsonLines(file, columns);
  else yield* readDelimited(file, format, columns);
}

async function* readDelimited(
  file: string,
  format: 'csv' | 'tsv',
  columns: readonly string[],
): AsyncGenerator<FileRow> {
  const text = await openText(file);
  const parser = parse({
    delimiter: format === 'csv' ? ',' : '\t',
    // Tab-separated files do not quote: a quotation mark there is part of a title.
    quote: format === 'csv' ? '"' : false,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    bom: true,
    info: true,
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let places: number[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!places) {
        places = columnPlaces(file, record, columns);
        continue;
      }
      const row = record;
      yield { line: info.lines, fields: places.map((place) => row[place]) };
    }
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    text.destroy();
  }
  if (!places) throw new DataFileError(`${file}: is empty, expected a header with ${columns.join(', ')}`);
}

function columnPlaces(file: string, header: readonly string[], columns: readonly string[]): number[] {
  return columns.map((column) => {
    const place = header.indexOf(column);
    if (place < 0)
      throw new DataFileError(`${file}: no column "${column}"; it has ${header.map((name) => `"${name}"`).join(', ')}`);
    return place;
  });
}

async function* readJsonLines(file: string, columns: readonly string[]): AsyncGenerator<FileRow> {
  let last = 0;
  const found = new Set<string>();
  for await (const [line, content] of readLines(file)) {
    last = line;
    if (content.trim() === '') continue;
    const object = parseObject(content);
    if (!object) {
      yield { line, fault: 'not a JSON object' };
      continue;
    }
    for (const column of columns) if (object[column] !== undefined) found.add(column);
    yield { line, fields: columns.map((column) => object[column]) };
  }
  const absent = columns.filter((column) => !found.has(column));
  if (last === 0 || absent.length > 0) {
    throw new DataFileError(`${file}: no row has a field "${absent.join('", "')}"`);
  }
}

function parseObject(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
