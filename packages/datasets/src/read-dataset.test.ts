import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataFileError } from './data-file-error.js';
import type { Dataset } from './dataset.js';
import { detectFormat } from './detect-format.js';
import { readDataset, type DatasetSource } from './read-dataset.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datasets-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** `user item` of every row. */
function pairs({ userIds, itemIds, interactions: { users, items } }: Dataset): string[] {
  return Array.from(users, (user, row) => `${userIds[user]} ${itemIds[items[row]! - 1]}`);
}

describe('lines of a user and items', () => {
  it('are read in the order of the file, numbered by first appearance, gzipped or not', async () => {
    const text = '7 30\n8 10\n\n7 20\n';
    const data = await readDataset({ format: 'user-item', path: await file('shop.txt', text) });
    expect(data).toMatchObject({ name: 'shop', userIds: ['7', '8'], itemIds: ['30', '10', '20'] });
    expect([...data.interactions.items]).toEqual([1, 2, 3]);
    expect(data.interactions).not.toHaveProperty('times');
    const zipped = await readDataset({ format: 'user-item', path: await file('shop.txt.gz', gzipSync(text)) });
    expect(zipped).toEqual(data);
  });

  it('may have all items of a user', async () => {
    const data = await readDataset({ format: 'user-items', path: await file('beauty.txt', 'u a b\nv b\nu c\n') });
    expect(pairs(data)).toEqual(['u a', 'u b', 'v b', 'u c']);
  });

  it.each([
    ['user-item', 'u a\nu\n', 'lines.txt:2: expected a user and an item, found "u"'],
    ['user-item', 'u a\nu b c\n', 'lines.txt:2: expected a user and an item, found "u b c"'],
    ['user-items', 'u\n', 'lines.txt:1: expected a user and its items'],
    ['user-items', '', 'lines.txt: has no interaction'],
  ] as const)('as %s refuse %j', async (format, text, message) => {
    const read = readDataset({ format, path: await file('lines.txt', text) });
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toBeInstanceOf(DataFileError);
  });
});

describe("RecBole's files", () => {
  const inter =
    'user_id:token\titem_id:token\trating:float\ttimestamp:float\nu\tb\t5\t20\nv\tc\t4\t15\nu\ta\t3.5\t10\nu\tc\t1\t20\n';

  it('are sorted by time, equal times in the order of the file, with titles, genres and users beside', async () => {
    await file(
      'films.item',
      'item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\na\tAlien\t1979\tHorror Sci-Fi\nx\tUnseen\t1980\t\nb\tBrazil\t1985\t\n',
    );
    await file('films.user', 'user_id:token\tage:token\nv\t30\nu\t24\n');
    const data = await readDataset({ format: 'recbole', path: await file('films.inter', inter) });
    expect(pairs(data)).toEqual(['u a', 'v c', 'u b', 'u c']);
    expect([...(data.interactions.times ?? [])]).toEqual([10_000, 15_000, 20_000, 20_000]);
    expect([...(data.interactions.ratings ?? [])]).toEqual([3.5, 4, 5, 1]);
    expect(data.items).toEqual([
      { title: 'Alien', categories: ['Horror', 'Sci-Fi'], fields: { release_year: '1979' } },
      { title: '', categories: [], fields: {} },
      { title: 'Brazil', categories: [], fields: { release_year: '1985' } },
    ]);
    expect(data.users).toEqual([{ age: '24' }, { age: '30' }]);
  });

  it('may lack ratings, times, items and users', async () => {
    const path = await file('bare.inter', 'user_id:token\titem_id:token\nu\ta\n');
    const data = await readDataset({ format: 'recbole', path });
    expect(pairs(data)).toEqual(['u a']);
    expect(data).not.toHaveProperty('items');
    expect(data.interactions).not.toHaveProperty('ratings');
  });

  it.each([
    ['user_id:token\tsku:token\nu\ta\n', 'wrong.inter:1: no column item_id; it has user_id, sku'],
    [`${inter}u\tb\n`, 'wrong.inter:6: expected 4 columns, found 2'],
    [`${inter}u\tb\tfine\t7\n`, 'wrong.inter:6: rating: expected a number, found "fine"'],
    [`${inter}u\tb\t5\t\n`, 'wrong.inter:6: timestamp: expected a number, found ""'],
    [`${inter}\tb\t5\t7\n`, 'wrong.inter:6: user_id: is empty'],
    ['', 'wrong.inter: is empty'],
  ])('refuse %j', async (text, message) => {
    await expect(readDataset({ format: 'recbole', path: await file('wrong.inter', text) })).rejects.toThrow(message);
  });
});

describe('tables with named columns', () => {
  const columns = { user: 'who', item: 'what', timestamp: 'when', timestampUnit: 'iso' } as const;

  it('are read as CSV with ratings and the wanted types', async () => {
    const path = await file(
      'log.csv',
      'when,who,what,kind,stars\n2020-01-02T00:00:00Z,u,"a,1",view,5\n2020-01-01T00:00:00Z,v,b,view,2\n2020-01-01T00:00:00Z,v,c,skip,2\n',
    );
    const source = {
      format: 'csv',
      path,
      columns: { ...columns, rating: 'stars', type: 'kind', keep: ['view'] },
    } as const;
    const data = await readDataset(source);
    expect(pairs(data)).toEqual(['v b', 'u a,1']);
    expect([...(data.interactions.ratings ?? [])]).toEqual([2, 5]);
  });

  it('are read as JSON Lines without times, with items beside', async () => {
    const path = await file('log.jsonl.gz', gzipSync('{"who":1,"what":"a"}\n{"who":2,"what":7}\n'));
    const items = await file(
      'items.jsonl',
      '{"id":"a","name":"Apple","tags":["fruit"]}\n{"id":7,"name":"Seven","tags":[]}\n',
    );
    const data = await readDataset({
      format: 'jsonl',
      path,
      columns: { user: 'who', item: 'what', timestampUnit: 'ms' },
      items: { path: items, itemId: 'id', title: 'name', categories: 'tags' },
    });
    expect(pairs(data)).toEqual(['1 a', '2 7']);
    expect(data.items?.map(({ title, categories }) => [title, ...categories])).toEqual([['Apple', 'fruit'], ['Seven']]);
  });

  it.each([
    ['csv', 'when,who,what\nsoon,u,a\n', 'table.csv:2: when: expected a time in iso, found "soon"'],
    ['csv', 'when,who,what\n2020-01-01T00:00:00Z,u,\n', 'table.csv:2: what: expected an id, found ""'],
    ['csv', 'when,who\n', 'table.csv: no column "what"'],
    ['jsonl', '{"when":"2020-01-01T00:00:00Z","who":"u","what":"a"}\nnonsense\n', 'table.csv:2: not a JSON object'],
  ] as const)('as %s refuse %j', async (format, text, message) => {
    const source: DatasetSource = { format, path: await file('table.csv', text), columns };
    await expect(readDataset(source)).rejects.toThrow(message);
  });

  it('are refused for a rating that is none', async () => {
    const path = await file('rated.csv', 'who,what,stars\nu,a,many\n');
    const read = readDataset({
      format: 'csv',
      path,
      columns: { user: 'who', item: 'what', timestampUnit: 'ms', rating: 'stars' },
    });
    await expect(read).rejects.toThrow('rated.csv:2: stars: expected a number, found "many"');
  });
});

describe('any data set', () => {
  it('has a fingerprint of its content, whatever its name and file', async () => {
    const one = await readDataset({ format: 'user-item', path: await file('one', 'u a\nu b\n') });
    const same = await readDataset({ format: 'user-items', path: await file('same', 'u a b\n'), name: 'twin' });
    const other = await readDataset({ format: 'user-item', path: await file('other', 'u b\nu a\n') });
    expect(same).toMatchObject({ name: 'twin', fingerprint: one.fingerprint });
    expect(other.fingerprint).not.toBe(one.fingerprint);
  });

  it('is refused by its path where there is no file', async () => {
    const path = join(folder, 'absent');
    await expect(readDataset({ format: 'recbole', path })).rejects.toThrow(`${path}: no such file`);
  });

  it.each(['user-items', 'csv', 'jsonl'] as const)(
    'as %s is refused by its path where it is cut off',
    async (format) => {
      const row = { 'user-items': 'u i', csv: 'u,i', jsonl: '{"u":1,"i":2}' }[format];
      // Random bytes do not pack: the cut falls among the rows.
      const rows = Array.from(
        { length: 500 },
        () => `${row}${format === 'jsonl' ? '' : randomBytes(40).toString('hex')}`,
      );
      const zipped = gzipSync([row, ...rows].join('\n'));
      const path = await file(`cut-${format}`, zipped.subarray(0, zipped.length / 2));
      const columns = { user: 'u', item: 'i', timestampUnit: 'ms' } as const;
      const read = readDataset(format === 'user-items' ? { format, path } : { format, path, columns });
      await expect(read).rejects.toThrow(path);
      await expect(read).rejects.toBeInstanceOf(DataFileError);
    },
  );

  it('without options is told by its first line', async () => {
    expect(await detectFormat(await file('typed', 'user_id:token\titem_id:token\n'))).toBe('recbole');
    expect(await detectFormat(await file('untyped', '1 a:b\n'))).toBe('user-items');
  });
});
