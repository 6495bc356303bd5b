import { decompress as decompressZstd } from 'fzstd';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compressSnappy, decompressSnappy } from './snappy.js';

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const snappy: Codec = {
  compress: (encoder) => compressSnappy(encoder.buffer),
  decompress: decompressSnappy,
};

const lz4: Codec = {
  compress: (encoder) => compressFrame(encoder.buffer),
  decompress: (bytes) => decompressFrame(bytes),
};

const zstd: Codec = {
  compress: () => Promise.reject(new Error('Zstandard is read only here')),
  // Java's stream writer leaves the size of the content out of the frame, so the reader must be one that grows its output.
  decompress: async (bytes) => Buffer.from(decompressZstd(bytes)),
};

/** Teaches kafkajs, which knows gzip only, to read Snappy, LZ4 and Zstandard. Process-wide; doing it again changes nothing. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd;
}
