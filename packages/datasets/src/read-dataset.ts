import { basename } from 'node:path';
import { buildDataset } from './build-dataset.js';
import type { Dataset } from './dataset.js';
import { readEventTable, type EventTableColumns, type ItemTable } from './read-event-table.js';
import { readLinesOfItems } from './read-lines-of-items.js';
import { readRecbole } from './read-recbole.js';
import type { FileFormat } from './read-rows.js';

/** Where a data set is and how it is written. */
export type DatasetSource = { readonly name?: string | undefined; readonly path: string } & (
  | { readonly format: 'user-item' | 'user-items' | 'recbole' }
  | { readonly format: FileFormat; readonly columns: EventTableColumns; readonly items?: ItemTable | undefined }
);

export const DATASET_FORMATS = ['recbole', 'user-item', 'user-items', 'csv', 'tsv', 'jsonl'] as const;

/**
 * Reads a data set wholly; every file of it may be gzipped.
 *
 * @throws DataFileError naming the file, and the line or column where there is one
 */
export async function readDataset(source: DatasetSource): Promise<Dataset> {
  const name = source.name ?? datasetName(source.path);
  switch (source.format) {
    case 'recbole':
      return buildDataset({ name, ...(await readRecbole(source.path)) });
    case 'user-item':
    case 'user-items':
      return buildDataset({ name, file: source.path, rows: await readLinesOfItems(source.path, source.format) });
    case 'csv':
    case 'tsv':
    case 'jsonl':
      return buildDataset({
        name,
        ...(await readEventTable(source.path, source.format, source.columns, source.items)),
      });
  }
}

/** The file's name without its endings. */
export function datasetName(path: string): string {
  return basename(path).replace(/(\.(gz|inter|csv|tsv|jsonl|ndjson|txt|dat|json))+$/i, '');
}
