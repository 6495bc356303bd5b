import { decompress } from 'fzstd';
import { UnreadableBatchError } from '../record-batches/unreadable.js';
import { refuseMoreThan } from './limits.js';

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_BYTES = 128 * 1024;
/**
 * The library moves the whole window for each block. With full blocks this is more than a batch may unpack to by any usual window; thousands of
 * blocks of a byte each behind a window of 64 MiB would hold up everything for half a minute.
 */
const MAX_MOVED_BYTES = 8 * 1024 ** 3;

/** Java's stream writer leaves the size of the content out of the frame, so the reader must be one that grows its output. */
export async function decompressZstd(bytes: Buffer): Promise<Buffer> {
  refuseMoreThan(mostBytes(bytes));
  return Buffer.from(decompress(bytes));
}

/** The most that the frames can unpack to together, by what they say of their content or else by their blocks; nothing is unpacked for it. */
function mostBytes(bytes: Buffer): number {
  let most = 0;
  let forgiven = 0;
  let moved = 0;
  let at = 0;
  while (at < bytes.length) {
    const magic = uint(bytes, at, 4);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + uint(bytes, at + 4, 4);
      continue;
    }
    if (magic !== FRAME_MAGIC) throw new UnreadableBatchError('it is no Zstandard frame');
    const flags = uint(bytes, at + 4, 1);
    const single = (flags & 0x20) !== 0;
    const contentBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
    const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
    const window = single ? 0 : windowBytes(uint(bytes, at + 5, 1));
    at += single ? 5 : 6;
    // Two bytes begin at 256, where one ends. The library holds to a size that is not 0, whatever the blocks give.
    const content =
      contentBytes === 0 ? 0 : uint(bytes, at + dictionaryBytes, contentBytes) + (contentBytes === 2 ? 256 : 0);
    refuseMoreThan(window);
    at += dictionaryBytes + contentBytes;
    let blocks = 0;
    moved += window;
    for (let last = false; !last;) {
      const header = uint(bytes, at, 3);
      const [type, size] = [(header >> 1) & 3, header >>> 3];
      last = (header & 1) === 1;
      const block = type === 2 ? BLOCK_BYTES : size;
      // The very last block is rarely full: counted as nothing, since a limit is no promise to the byte.
      forgiven = content > 0 ? 0 : Math.min(block, BLOCK_BYTES);
      blocks += block;
      moved += window;
      if (moved > MAX_MOVED_BYTES) throw new UnreadableBatchError('it has too many blocks for its window');
      at += 3 + (type === 1 ? 1 : size);
    }
    most += content > 0 ? content : blocks;
    if (flags & 0x04) at += 4;
  }
  return most - forgiven;
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function uint(bytes: Buffer, at: number, length: number): number {
  if (at + length > bytes.length) throw new UnreadableBatchError('its Zstandard frame is cut off');
  if (length < 8) return bytes.readUIntLE(at, length);
  return Number(bytes.readBigUInt64LE(at));
}
