import kafkajs from 'kafkajs';
import { UnreadableBatchError } from '../record-batches/unreadable.js';
import { compressGzip, decompressGzip } from './gzip.js';
import { compressLz4, decompressLz4 } from './lz4.js';
import { compressSnappy, decompressSnappy } from './snappy.js';
import { decompressZstd } from './zstd.js';

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** By the number that a batch's attributes give. */
const CODECS: Readonly<Record<number, Codec>> = {
  [CompressionTypes.GZIP]: { compress: ({ buffer }) => compressGzip(buffer), decompress: decompressGzip },
  [CompressionTypes.Snappy]: { compress: ({ buffer }) => compressSnappy(buffer), decompress: decompressSnappy },
  [CompressionTypes.LZ4]: { compress: ({ buffer }) => compressLz4(buffer), decompress: decompressLz4 },
  [CompressionTypes.ZSTD]: {
    compress: () => Promise.reject(new Error('Zstandard is read only here')),
    decompress: decompressZstd,
  },
};

/** Unpacks the records of a batch. @throws UnreadableBatchError for a codec that nobody knows, or more than a batch may take */
export async function unpack(codec: number, packed: Buffer): Promise<Buffer> {
  const known = CompressionCodecs[codec as 1] as (() => Codec) | undefined;
  if (!known) throw new UnreadableBatchError(`it is packed by a codec that nobody knows (${codec})`);
  return known().decompress(packed);
}

/** Teaches kafkajs, which knows gzip only, to write Snappy and LZ4, and to read what batches of before Kafka 0.11 are packed by. Process-wide; doing it again changes nothing. */
export function registerCodecs(): void {
  for (const [type, codec] of Object.entries(CODECS)) CompressionCodecs[Number(type) as 1] = () => codec;
}
