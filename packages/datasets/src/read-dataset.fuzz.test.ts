import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hostileBytes, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { DataFileError } from './data-file-error.js';
import { detectFormat } from './detect-format.js';
import { readEventLog } from './event-log.js';
import { readItemLog } from './item-log.js';
import { readDataset } from './read-dataset.js';

const folder = mkdtempSync(join(tmpdir(), 'datasets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const columns = { user: 'u', item: 'i', timestamp: 't', timestampUnit: 'ms', rating: 'r', type: 'k' } as const;
const csv = 'u,i,t,r,k\na,"b ""c""",1700000000000,5,view\nb,d,1700000000001,1,\n';
const tsv = csv.replaceAll(',', '\t');
const row = { u: 'a', i: 'b', t: 1_700_000_000_000, r: 5, k: 'view' };
const inter = 'user_id:token\titem_id:token\trating:float\ttimestamp:float\nu\tb\t5\t20\nv\tc\t4\t15\n';

const readers: [string, string, (path: string) => Promise<unknown>][] = [
  ['CSV', csv, (path) => readDataset({ path, format: 'csv', columns })],
  ['TSV', tsv, (path) => readDataset({ path, format: 'tsv', columns })],
  ['JSON lines', JSON.stringify(row), (path) => readDataset({ path, format: 'jsonl', columns })],
  ['a CSV log of events', csv, (file) => readEventLog({ file, format: 'csv', ...columns })],
  ['a JSON log of events', JSON.stringify(row), (file) => readEventLog({ file, format: 'jsonl', ...columns })],
  ['a CSV of items', csv, (file) => readItemLog({ file, format: 'csv', itemId: 'i', title: 'k', year: 'r' })],
  [
    'JSON lines of items',
    '{"i":"a","title":"t","c":["x","y"]}',
    (file) => readItemLog({ file, format: 'jsonl', itemId: 'i', title: 'title', categories: 'c' }),
  ],
  ["RecBole's lines", inter, (path) => readDataset({ path, format: 'recbole' })],
  ['lines of items', 'u a b\nv c\n', (path) => readDataset({ path, format: 'user-items' })],
  ['a file of a format to be told', inter, detectFormat],
];

it.each(readers)('any bytes for %s are read, or are an error that names the file', async (what, valid, read) => {
  const file = join(folder, `${what.replaceAll(/\W/g, '-')}.inter`);
  const plain = hostileBytes(Buffer.from(valid));
  const ofJson = fc
    .constant(valid)
    .filter((text) => text.startsWith('{'))
    .chain((text) => hostileJson(JSON.parse(text)));
  const content = fc.oneof(
    plain,
    plain.map((bytes) => gzipSync(bytes)),
    hostileBytes(gzipSync(valid)),
    valid.startsWith('{') ? ofJson : plain,
  );
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      writeFileSync(file, bytes);
      const error: unknown = await read(file).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) return;
      expect(error).toBeInstanceOf(DataFileError);
      expect((error as Error).message).toContain(file);
    }),
    { numRuns: 100 },
  );
});

it.each(['r', 't', 'k'])('a cell %s nested too deep to be shown is refused with its line', async (column) => {
  const path = join(folder, 'deep.jsonl');
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  writeFileSync(path, JSON.stringify({ ...row, [column]: 'DEEP' }).replace('"DEEP"', deep));
  const kept = { ...columns, keep: ['view'] };
  await expect(readEventLog({ file: path, format: 'jsonl', ...kept, item: column })).rejects.toThrow(DataFileError);
  await expect(readDataset({ path, format: 'jsonl', columns: kept })).rejects.toThrow(DataFileError);
});
