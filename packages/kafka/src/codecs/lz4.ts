import { compressFrame, decompressFrame } from 'lz4-napi';
import { UnreadableBatchError } from '../record-batches/unreadable.js';
import { refuseMoreThan } from './limits.js';

const FRAME_MAGIC = 0x184d2204;
/** By the code in the descriptor. */
const BLOCK_BYTES: Readonly<Record<number, number>> = { 4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20 };
/** This bit of a block's size says that it is stored as it is. */
const STORED = 0x80000000;

export async function decompressLz4(bytes: Buffer): Promise<Buffer> {
  refuseMoreThan(mostBytes(bytes));
  return decompressFrame(bytes);
}

export function compressLz4(bytes: Buffer): Promise<Buffer> {
  return compressFrame(bytes);
}

/** The most that a frame can unpack to, by the sizes of its blocks (the last counts as full); nothing is unpacked for it. */
function mostBytes(bytes: Buffer): number {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== FRAME_MAGIC) throw new UnreadableBatchError('it is no LZ4 frame');
  const flags = bytes.readUInt8(4);
  const blockBytes = BLOCK_BYTES[(bytes.readUInt8(5) >> 4) & 7];
  if (blockBytes === undefined) throw new UnreadableBatchError('its LZ4 frame has blocks of an unknown size');
  const checksum = flags & 0x10 ? 4 : 0;
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  let [most, last] = [0, 0];
  while (at + 4 <= bytes.length) {
    const size = bytes.readUInt32LE(at);
    if (size === 0) break;
    const stored = size >= STORED;
    last = stored ? size - STORED : blockBytes;
    most += last;
    at += 4 + (stored ? size - STORED : size) + checksum;
  }
  return Math.max(0, most - last);
}
