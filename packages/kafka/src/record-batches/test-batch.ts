import { crc32c } from './crc32c.js';
import { HEADER_BYTES } from './decode-record-batch.js';

export interface TestRecord {
  readonly key?: string | Buffer | null;
  readonly value?: string | Buffer | null;
  readonly headers?: readonly (readonly [string, string])[];
  /** Its offset less the first of the batch; default: its place. */
  readonly delta?: number;
}

export interface TestBatch {
  readonly baseOffset?: number;
  /** Lowest 3 bits: the codec; 8: log append time. */
  readonly attributes?: number;
  /** Packs the records. */
  readonly pack?: (records: Buffer) => Buffer;
  /** What the batch says it holds, where that is not the truth. */
  readonly count?: number;
  readonly lastDelta?: number;
}

/** For tests only: a record batch of format 2, as a broker stores it. */
export function testBatch(records: readonly TestRecord[], options: TestBatch = {}): Buffer {
  const { baseOffset = 0, attributes = 8, pack = (plain) => plain, count = records.length } = options;
  const { lastDelta = records.length - 1 } = options;
  const body = pack(Buffer.concat(records.map(encodeRecord)));
  const batch = Buffer.concat([Buffer.alloc(HEADER_BYTES), body]);
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(lastDelta, 23);
  batch.writeBigInt64BE(1_700_000_000_000n, 27);
  batch.writeBigInt64BE(1_700_000_000_007n, 35);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function encodeRecord({ key = null, value = null, headers = [], delta }: TestRecord, index: number): Buffer {
  const fields = Buffer.concat([
    Buffer.from([0]),
    varint(3),
    varint(delta ?? index),
    bytes(key),
    bytes(value),
    varint(headers.length),
    ...headers.flatMap(([name, text]) => [bytes(name), bytes(text)]),
  ]);
  return Buffer.concat([varint(fields.length), fields]);
}

function bytes(data: string | Buffer | null): Buffer {
  return data === null ? varint(-1) : Buffer.concat([varint(Buffer.byteLength(data)), Buffer.from(data)]);
}

export function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
  return Buffer.from([...out, rest]);
}
