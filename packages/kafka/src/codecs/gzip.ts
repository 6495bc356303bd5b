import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { UnreadableBatchError } from '../record-batches/unreadable.js';
import { MAX_UNPACKED_BYTES, refuseMoreThan } from './limits.js';

const unpack = promisify(gunzip);
const pack = promisify(gzip);

export async function decompressGzip(bytes: Buffer): Promise<Buffer> {
  try {
    return await unpack(bytes, { maxOutputLength: MAX_UNPACKED_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    if (error instanceof RangeError) refuseMoreThan(Infinity);
    throw new UnreadableBatchError(`it is no gzip (${error instanceof Error ? error.message : String(error)})`);
  }
}

export function compressGzip(bytes: Buffer): Promise<Buffer> {
  return pack(bytes);
}
