import { compress, uncompress } from 'snappy';

/** Start of the framing that Java clients put around Snappy blocks: a magic, then two 32-bit versions, then length-prefixed blocks. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = XERIAL_MAGIC.length + 8;

/** Reads both framings in use: that of the Java clients, and the bare block of librdkafka and others. */
export async function decompressSnappy(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return block(bytes);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const start = at + 4;
    const end = start + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError('snappy: a block is longer than the batch');
    blocks.push(await block(bytes.subarray(start, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

/** One bare block, which every reader understands. */
export function compressSnappy(bytes: Buffer): Promise<Buffer> {
  return compress(bytes);
}

async function block(bytes: Buffer): Promise<Buffer> {
  const plain = await uncompress(bytes, { asBuffer: true });
  return typeof plain === 'string' ? Buffer.from(plain) : plain;
}
