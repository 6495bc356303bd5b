import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataFileError } from './data-file-error.js';

/**
 * The bytes of a file, unpacked where its first bytes say gzip.
 *
 * @throws DataFileError when there is no such file
 */
export async function openText(file: string): Promise<Readable> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new DataFileError(`${file}: no such file`);
  const handle = await open(file, 'r');
  const magic = Buffer.alloc(2);
  try {
    await handle.read(magic, 0, 2, 0);
  } finally {
    await handle.close();
  }
  const bytes = createReadStream(file, { highWaterMark: 1 << 20 });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return bytes;
  const gunzip = createGunzip();
  bytes.on('error', (error) => gunzip.destroy(error));
  return bytes.pipe(gunzip);
}

/** The lines of a file, gzipped or not, with their 1-based numbers. */
export async function* readLines(file: string): AsyncGenerator<readonly [line: number, text: string]> {
  const text = await openText(file);
  let line = 0;
  try {
    for await (const content of createInterface({ input: text, crlfDelay: Infinity })) yield [++line, content];
  } finally {
    text.destroy();
  }
  if (text.errored) throw new DataFileError(`${file}: ${text.errored.message}`);
}
