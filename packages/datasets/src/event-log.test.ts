import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataFileError } from './data-file-error.js';
import { readEventLog, toClickEvent, type EventLogSource } from './event-log.js';
import { readItemLog } from './item-log.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-log-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function source(
  name: string,
  content: string | Buffer,
  changes: Partial<EventLogSource> = {},
): Promise<EventLogSource> {
  const file = join(folder, name);
  await writeFile(file, content);
  return { file, format: 'csv', user: 'user', item: 'item', timestamp: 'time', timestampUnit: 's', ...changes };
}

const CSV = 'time,user,item,kind\n300,u1,"i,2",VIEW\n200,u1,i1,LIKE\n100,u2,i1,SKIP\n'.replaceAll(
  /\b(\d)00\b/g,
  '90000000$1',
);

describe('readEventLog', () => {
  it('reads columns by name, in time order, with seconds as milliseconds', async () => {
    const log = await readEventLog(await source('plain.csv', CSV));
    expect(log.events).toEqual([
      { row: 3, userId: 'u2', itemId: 'i1', timestamp: 900_000_001_000, type: 'click' },
      { row: 2, userId: 'u1', itemId: 'i1', timestamp: 900_000_002_000, type: 'click' },
      { row: 1, userId: 'u1', itemId: 'i,2', timestamp: 900_000_003_000, type: 'click' },
    ]);
    expect(log).toMatchObject({ rowsRead: 3, rowsRejected: 0, rowsSkipped: 0 });
  });

  it('keeps the wanted types and counts the others as skipped', async () => {
    const log = await readEventLog(await source('kinds.csv', CSV, { type: 'kind', keep: ['VIEW', 'LIKE'] }));
    expect(log.events.map((event) => event.type)).toEqual(['LIKE', 'VIEW']);
    expect(log.rowsSkipped).toBe(1);
  });

  it('gives the same event ids to the same file, and other ids to another file', async () => {
    const log = await readEventLog(await source('same.csv', CSV));
    const again = await readEventLog(await source('copy.csv', CSV));
    const other = await readEventLog(await source('other.csv', `${CSV}900000009,u9,i9,VIEW\n`));
    const ids = (from: typeof log): unknown[] => from.events.map((event) => toClickEvent(from.fileId, event).eventId);
    expect(ids(again)).toEqual(ids(log));
    expect(ids(log)[0]).toMatch(/^[0-9a-f]{12}-0000000003$/);
    expect(ids(other)).not.toContain(ids(log)[0]);
  });

  it('reads gzip, JSON Lines and ISO times', async () => {
    const lines = [
      '{"user":1,"item":"a","time":"2020-01-02T03:04:05Z"}',
      '',
      '{"user":2,"item":"b","time":"2020-01-01T00:00:00+01:00"}',
    ];
    const log = await readEventLog(
      await source('log.jsonl.gz', gzipSync(lines.join('\n')), { format: 'jsonl', timestampUnit: 'iso' }),
    );
    expect(log.events.map(({ userId, timestamp }) => [userId, timestamp])).toEqual([
      ['2', Date.parse('2019-12-31T23:00:00Z')],
      ['1', Date.parse('2020-01-02T03:04:05Z')],
    ]);
  });

  it('shows the first bad rows with their lines and counts all of them', async () => {
    const bad = Array.from({ length: 8 }, (_, index) => `when${index},u,i`).join('\n');
    const log = await readEventLog(
      await source('bad.csv', `time,user,item\n900000001,u,i\n900000001,,i\n12,u,i\n${bad}\n`),
    );
    expect(log.events).toHaveLength(1);
    expect(log.rowsRejected).toBe(10);
    expect(log.badRows).toHaveLength(5);
    expect(log.badRows[0]).toMatchObject({ line: 3, reason: expect.stringContaining('user') as unknown });
    expect(log.badRows[1]).toMatchObject({ line: 4, reason: expect.stringContaining('1990') as unknown });
    expect(log.badRows[2]).toMatchObject({ line: 5, reason: expect.stringContaining('"when0"') as unknown });
  });

  it('stops at the set number of rows', async () => {
    const log = await readEventLog(await source('max.csv', CSV, { maxEvents: 2 }));
    expect(log.rowsRead).toBe(2);
    expect(log.events).toHaveLength(2);
  });

  it.each([
    ['a missing column', { item: 'sku' }, /no column "sku"; it has "time", "user"/],
    ['a file without one event', { timestampUnit: 'iso' as const }, /no event in 3 rows; line 2/],
  ])('refuses %s', async (_, changes, message) => {
    const refused = readEventLog(await source('refused.csv', CSV, changes));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(DataFileError);
  });

  it('refuses a missing file, an empty one, and JSON Lines without the field', async () => {
    await expect(readEventLog({ ...(await source('x.csv', CSV)), file: join(folder, 'absent.csv') })).rejects.toThrow(
      /absent\.csv/,
    );
    await expect(readEventLog(await source('empty.csv', ''))).rejects.toThrow(/is empty/);
    await expect(readEventLog(await source('no.jsonl', '{"user":1,"item":2}', { format: 'jsonl' }))).rejects.toThrow(
      /"time"/,
    );
  });
});

describe('readItemLog', () => {
  it('reads titles and categories, and counts rows that are no items', async () => {
    const file = join(folder, 'items.tsv');
    await writeFile(file, 'id\ttitle\tclass\n1\tThe "Big" One\tDrama Comedy\n\tNameless\tDrama\n2\t\t\n');
    const log = await readItemLog({
      file,
      format: 'tsv',
      itemId: 'id',
      title: 'title',
      categories: 'class',
      categorySeparator: ' ',
    });
    expect(log.items).toEqual([
      { version: 1, itemId: '1', title: 'The "Big" One', categories: ['Drama', 'Comedy'] },
      { version: 1, itemId: '2', title: '', categories: [] },
    ]);
    expect(log.rowsRejected).toBe(1);
    expect(log.badRows[0]?.line).toBe(3);
  });

  it('sets the year behind the title, where there are both', async () => {
    const file = join(folder, 'films.tsv');
    await writeFile(file, 'id\ttitle\tyear\n1\tAlien\t1979\n2\tUnknown\t\n3\t\t1985\n');
    const log = await readItemLog({ file, format: 'tsv', itemId: 'id', title: 'title', year: 'year' });
    expect(log.items.map(({ title }) => title)).toEqual(['Alien (1979)', 'Unknown', '']);
  });
});
