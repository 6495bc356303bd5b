import { compress, uncompress } from 'snappy';
import { UnreadableBatchError } from '../record-batches/unreadable.js';
import { refuseMoreThan } from './limits.js';

/** Start of the framing that Java clients put around Snappy blocks: a magic, then two 32-bit versions, then length-prefixed blocks. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = XERIAL_MAGIC.length + 8;

/** Reads both framings in use: that of the Java clients, and the bare block of librdkafka and others. */
export async function decompressSnappy(bytes: Buffer): Promise<Buffer> {
  const blocks = blocksOf(bytes);
  refuseMoreThan(blocks.reduce((sum, each) => sum + unpackedBytes(each), 0));
  const unpacked: Buffer[] = [];
  for (const each of blocks) unpacked.push(await unpackBlock(each));
  return Buffer.concat(unpacked);
}

/** One bare block, which every reader understands. */
export function compressSnappy(bytes: Buffer): Promise<Buffer> {
  return compress(bytes);
}

function blocksOf(bytes: Buffer): Buffer[] {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return [bytes];
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const start = at + 4;
    const end = start > bytes.length ? Infinity : start + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new UnreadableBatchError('a Snappy block is longer than the batch');
    blocks.push(bytes.subarray(start, end));
    at = end;
  }
  return blocks;
}

/** What a block says it unpacks to: a varint at its start. */
function unpackedBytes(block: Buffer): number {
  let size = 0;
  for (let index = 0; index < 5; index++) {
    const byte = block[index];
    if (byte === undefined) break;
    size += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return size;
  }
  throw new UnreadableBatchError('a Snappy block does not say its size');
}

async function unpackBlock(bytes: Buffer): Promise<Buffer> {
  const plain = await uncompress(bytes, { asBuffer: true });
  return typeof plain === 'string' ? Buffer.from(plain) : plain;
}
