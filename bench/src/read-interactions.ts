import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { sequenceBatch, type SequenceBatch } from '@click-recall/model';

export interface Interactions {
  /** One a user, oldest click first; item indexes from 1, in order of first appearance. */
  readonly sequences: SequenceBatch;
  readonly itemCount: number;
}

/**
 * Reads clicks from a file, gzipped or not: either lines of a user and items in time order, or a table whose header
 * types its columns (`user_id:token item_id:token rating:float timestamp:float`), sorted by time here.
 * Throws an Error naming the file and line of a row that is neither.
 */
export async function readInteractions(file: string): Promise<Interactions> {
  const bytes = await readFile(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = (isGzip ? gunzipSync(bytes) : bytes).toString().split(/\r?\n/);
  const clicks = lines[0]?.includes(':') === true ? readTable(file, lines) : readLines(file, lines);
  const users = new Map<string, number[]>();
  const items = new Map<string, number>();
  for (const [user, item] of clicks) {
    const index = items.get(item) ?? items.size + 1;
    items.set(item, index);
    const sequence = users.get(user);
    if (sequence === undefined) users.set(user, [index]);
    else sequence.push(index);
  }
  return { sequences: sequenceBatch([...users.values()]), itemCount: items.size };
}

type Click = readonly [user: string, item: string];

function readLines(file: string, lines: readonly string[]): Click[] {
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const [user = '', ...items] = line.trim().split(/\s+/);
    if (items.length === 0) throw new Error(`${file}:${index + 1}: expected a user and an item, found "${line}"`);
    return items.map((item): Click => [user, item]);
  });
}

function readTable(file: string, [header = '', ...rows]: readonly string[]): Click[] {
  const columns = header.split('\t').map((column) => column.split(':')[0]);
  const [user, item, time] = ['user_id', 'item_id', 'timestamp'].map((name) => {
    const at = columns.indexOf(name);
    if (at < 0) throw new Error(`${file}:1: no column ${name}`);
    return at;
  }) as [number, number, number];
  return rows
    .filter((row) => row !== '')
    .map((row, index) => {
      const cells = row.split('\t');
      const click = { user: cells[user] ?? '', item: cells[item] ?? '', time: Number(cells[time]) };
      if (click.user === '' || click.item === '' || !Number.isFinite(click.time)) {
        throw new Error(`${file}:${index + 2}: expected a user, an item and a time, found "${row}"`);
      }
      return click;
    })
    .sort((a, b) => a.time - b.time)
    .map((click): Click => [click.user, click.item]);
}
