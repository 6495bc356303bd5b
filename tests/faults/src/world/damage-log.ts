import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatOrigin, type Origin } from '@click-recall/kafka';

/** Where the header of a record batch ends, and what its length does not count. */
const HEADER_BYTES = 61;
const FRAME_BYTES = 12;

/**
 * Turns a byte of the batch that holds a message in the files of a broker, as a bad disk does; the broker hands its files out as they are.
 *
 * @throws Error when no file of the partition holds the message
 */
export async function damageBatchOf(dataDir: string, origin: Origin): Promise<void> {
  const folder = `/${origin.topic}-${origin.partition}`;
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of entries.filter(
    (each) => each.name.endsWith('.log') && each.parentPath.endsWith(folder),
  )) {
    const path = join(parentPath, name);
    const bytes = await readFile(path);
    const at = batchOf(bytes, origin.offset);
    if (at === undefined) continue;
    const place = at + HEADER_BYTES + 1;
    const file = await open(path, 'r+');
    await file.write(Buffer.from([(bytes[place] ?? 0) ^ 0xff]), 0, 1, place);
    await file.close();
    return;
  }
  throw new Error(`no file under ${dataDir} holds ${formatOrigin(origin)}`);
}

/** Where the batch begins whose offsets hold this one. */
function batchOf(bytes: Buffer, offset: bigint): number | undefined {
  for (let at = 0; at + HEADER_BYTES <= bytes.length; at += FRAME_BYTES + bytes.readInt32BE(at + 8)) {
    const base = bytes.readBigInt64BE(at);
    if (base <= offset && offset <= base + BigInt(bytes.readInt32BE(at + 23))) return at;
  }
  return undefined;
}
