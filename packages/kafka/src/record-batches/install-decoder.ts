import { createRequire } from 'node:module';
import { unpack } from '../codecs/codecs.js';
import { MAX_UNPACKED_BYTES } from '../codecs/limits.js';
import { createDecodeMessages } from './decode-messages.js';
import type { DecodedRecord } from './decoded-record.js';

/** The library's reader of a fetched partition. */
type LibraryDecoder = (decoder: {
  readonly buffer: Buffer;
  offset: number;
  readInt32(): number;
  canReadBytes(length: number): boolean;
}) => Promise<unknown[]>;

const MAGIC_AT = 16;
const MODULE = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';

let installed = false;

/**
 * Puts our reader of record batches in the place of that of kafkajs, which asks for no checksum, takes an unknown codec for none, copies
 * the headers of a record once for each of them, and ends the whole fetch, again and again, with a batch that it cannot read. Process-wide;
 * doing it again changes nothing. Formats older than Kafka 0.11 stay with the library.
 */
export function installDecoder(): void {
  if (installed) return;
  const require = createRequire(import.meta.url);
  const library = require(MODULE) as LibraryDecoder;
  const module = require.cache[require.resolve(MODULE)];
  if (!module) throw new Error(`${MODULE} is not where it was: another version of kafkajs?`);
  const decodeMessages = createDecodeMessages({ unpack, maxBytes: MAX_UNPACKED_BYTES });
  const decode: LibraryDecoder = async (decoder): Promise<unknown[]> => {
    const start = decoder.offset;
    const size = decoder.readInt32();
    if (size <= 0 || !decoder.canReadBytes(size)) return [];
    const bytes = decoder.buffer.subarray(decoder.offset, decoder.offset + size);
    const magic = bytes[MAGIC_AT] ?? 2;
    if (magic < 2) {
      decoder.offset = start;
      return library(decoder);
    }
    decoder.offset += size;
    const records: DecodedRecord[] = await decodeMessages(bytes);
    return records;
  };
  module.exports = decode;
  installed = true;
}
