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

/**
 * The lines of a file, gzipped or not, with their 1-based numbers.
 *
 * @throws DataFileError when there is no such file or it cannot be unpacked to its end
 */
export async function* readLines(file: string): AsyncGenerator<readonly [line: number, text: string]> {
  const text = await openText(file);
  const lines = createInterface({ input: text, crlfDelay: Infinity });
  // Heard here, an error is thrown by the loop below, or comes too late to matter to who stopped reading.
  for (const emitter of [text, lines]) emitter.on('error', () => undefined);
  let line = 0;
  try {
    for await (const content of lines) yield [++line, content];
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    lines.close();
    text.destroy();
  }
  if (text.errored) throw unreadable(file, text.errored);
}

/** What a stream of this file failed with. */
export function unreadable(file: string, error: unknown): DataFileError {
  return error instanceof DataFileError
    ? error
    : new DataFileError(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
