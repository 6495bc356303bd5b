import type { IHeaders } from 'kafkajs';
import { ByteReader } from './byte-reader.js';
import { crc32c } from './crc32c.js';
import {
  NO_HEADERS,
  RecordInPlace,
  type BatchContext,
  type DecodedRecord,
  type RecordPlace,
  type RecordsOfBatch,
} from './decoded-record.js';
import { UnreadableBatchError } from './unreadable.js';

/** Bytes before the records: base offset (8), length (4), epoch (4), magic (1), checksum (4), attributes (2), last offset delta (4), two times (8 each), producer id (8), epoch (2) and sequence (4), count (4). */
export const HEADER_BYTES = 61;
/**
 * Records and headers that a batch may have together. Each takes hundreds of bytes of memory when read and as little as two bytes before, so a
 * batch of 58 kB that unpacks to 60 MB of empty headers would take gigabytes. The smallest clicks fill a batch of 1 MB, packed, with fewer.
 */
export const MAX_PARTS = 250_000;
/** What a record and each of its headers take in memory beside their bytes, roughly. */
const RECORD_BYTES = 500;
const HEADER_FIELD_BYTES = 100;
/** Where the format of a batch stands in it. */
export const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const COUNT_AT = 57;

/** Unpacks the records of a batch. @throws UnreadableBatchError, or what its library throws */
export type Unpack = (codec: number, packed: Buffer) => Promise<Buffer>;

/** What a batch holds. */
export interface DecodedBatch {
  readonly records: DecodedRecord[];
  /** What its records take in memory when their turn comes, bytes, roughly. */
  readonly memory: number;
}

/**
 * A batch whose last records are gone, or all of them, as compaction leaves it, ends with a control record in their place: kafkajs hands
 * none on, but goes on behind it, where it would fetch a batch without records for ever and step over a gap offset by offset.
 *
 * @param bytes one whole batch of format 2, header included. The checksum is not looked at: see {@link checksumFault}.
 */
export async function decodeRecordBatch(bytes: Buffer, unpack: Unpack): Promise<DecodedBatch> {
  const header = readHeader(bytes);
  const parts = new Parts(header.count);
  const packed = bytes.subarray(HEADER_BYTES);
  const plain = header.count > 0 ? await unpacked(header.attributes & 0x7, packed, unpack) : packed;
  return { records: readRecords(header, plain, parts), memory: plain.length + parts.memory };
}

interface BatchHeader {
  readonly attributes: number;
  readonly baseOffset: bigint;
  readonly lastDelta: number;
  /** ms. */
  readonly firstTimestamp: number;
  /** Decimal, ms. */
  readonly maxTimestamp: string;
  /** Of the records. */
  readonly count: number;
  readonly context: BatchContext;
}

function readHeader(bytes: Buffer): BatchHeader {
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const baseOffset = bytes.readBigInt64BE(0);
  return {
    attributes,
    baseOffset,
    lastDelta: lastDeltaOf(bytes),
    firstTimestamp: Number(bytes.readBigInt64BE(27)),
    maxTimestamp: String(bytes.readBigInt64BE(35)),
    count: bytes.readInt32BE(COUNT_AT),
    context: {
      firstOffset: String(baseOffset),
      producerId: String(bytes.readBigInt64BE(43)),
      inTransaction: (attributes & 0x10) !== 0,
    },
  };
}

/** Not asynchronous, and its loop a call a record: V8 makes neither fast within a function that waits. */
function readRecords(header: BatchHeader, bytes: Buffer, parts: Parts): DecodedRecord[] {
  const { baseOffset, lastDelta, maxTimestamp, count, context } = header;
  const batch = { bytes, isControlRecord: (header.attributes & 0x20) !== 0, context };
  const fields = new ByteReader(bytes);
  const records: DecodedRecord[] = [];
  // Compaction leaves gaps, and its last offset to the batch.
  let before = -1;
  for (let index = 0; index < count; index++) {
    const place = readRecord(fields, header, batch, parts);
    // No broker looks at this where a batch is not packed, and whoever believes it goes on at an offset that no log has.
    if (place.delta <= before || place.delta > lastDelta)
      throw new UnreadableBatchError('a record lies outside of its batch');
    before = place.delta;
    records.push(new RecordInPlace(place));
  }
  if (before < lastDelta) {
    records.push({
      magicByte: 2,
      attributes: 0,
      timestamp: maxTimestamp,
      offset: String(baseOffset + BigInt(lastDelta)),
      key: null,
      value: null,
      headers: NO_HEADERS,
      isControlRecord: true,
      batchContext: context,
    });
  }
  return records;
}

function readRecord(fields: ByteReader, header: BatchHeader, batch: RecordsOfBatch, parts: Parts): RecordPlace {
  fields.enter();
  const attributes = fields.byte();
  const sinceFirst = fields.varint();
  const delta = fields.varint();
  const keyLength = fields.skipBytes();
  const keyEnd = fields.at;
  const valueLength = fields.skipBytes();
  const valueEnd = fields.at;
  const headers = readHeaders(fields, parts);
  fields.leave();
  const isLogAppendTime = (header.attributes & 0x8) !== 0;
  return {
    batch,
    attributes,
    timestamp: isLogAppendTime ? header.maxTimestamp : String(header.firstTimestamp + sinceFirst),
    delta,
    offset: String(header.baseOffset + BigInt(delta)),
    headers,
    keyLength,
    keyEnd,
    valueLength,
    valueEnd,
  };
}

/** Counts the records and headers of a batch, before they are read. */
class Parts {
  readonly #records: number;
  #headers = 0;

  /** @throws UnreadableBatchError when they are too many, as {@link Parts.addHeaders} */
  constructor(records: number) {
    this.#records = Math.max(0, records);
    this.addHeaders(0);
  }

  addHeaders(count: number): void {
    this.#headers += Math.max(0, count);
    if (this.#records + this.#headers > MAX_PARTS)
      throw new UnreadableBatchError(`it has more than ${MAX_PARTS} records and headers`);
  }

  get memory(): number {
    return this.#records * RECORD_BYTES + this.#headers * HEADER_FIELD_BYTES;
  }
}

function lastDeltaOf(bytes: Buffer): number {
  return Math.max(0, bytes.readInt32BE(LAST_DELTA_AT));
}

/**
 * One record in the place of the batch's last one, so that the log is read on behind it; its value is the batch, bytes as they are.
 *
 * @param lastOffset where the header is not to be believed
 */
export function recordOfUnreadable(bytes: Buffer, why: string, lastOffset?: bigint): DecodedRecord {
  const baseOffset = bytes.readBigInt64BE(0);
  const ownLast = baseOffset + BigInt(lastDeltaOf(bytes));
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: String(bytes.readBigInt64BE(35)),
    offset: String(lastOffset ?? ownLast),
    key: null,
    value: bytes,
    headers: NO_HEADERS,
    isControlRecord: false,
    batchContext: { firstOffset: String(baseOffset), producerId: '-1', inTransaction: false },
    unreadable: { why, records: bytes.readInt32BE(COUNT_AT) },
  };
}

/** Stands alone, at an offset that no log has, so that the library hands it on whatever was asked for. It is never committed. */
export function recordOfUnframed(bytes: Buffer): DecodedRecord {
  return {
    magicByte: 2,
    attributes: 0,
    timestamp: '0',
    offset: String(2n ** 63n - 1n),
    key: null,
    value: bytes,
    headers: NO_HEADERS,
    isControlRecord: false,
    batchContext: { firstOffset: '0', producerId: '-1', inTransaction: false },
    unframed: true,
  };
}

/**
 * The last offset of a batch of which only the frame is believed: the one before the next batch, where that is there too. Else its own,
 * if its count agrees with it, or its first: too early, the log is read on from there offset by offset.
 *
 * @param next what follows the batch, which may be cut off
 */
export function lastOffsetOfDamaged(bytes: Buffer, next: Buffer): bigint {
  const baseOffset = bytes.readBigInt64BE(0);
  if (next[MAGIC_AT] === 2) {
    const nextBase = next.readBigInt64BE(0);
    if (nextBase > baseOffset) return nextBase - 1n;
  }
  const lastDelta = bytes.readInt32BE(LAST_DELTA_AT);
  return lastDelta > 0 && bytes.readInt32BE(COUNT_AT) === lastDelta + 1 ? baseOffset + BigInt(lastDelta) : baseOffset;
}

/** How the checksum of a batch differs from its bytes, as a text that is the same for the same damage; undefined when it does not. */
export function checksumFault(bytes: Buffer): string | undefined {
  const expected = bytes.readUInt32BE(CRC_AT);
  const found = crc32c(bytes.subarray(ATTRIBUTES_AT));
  return expected === found ? undefined : `its checksum is ${expected}, that of its bytes ${found}`;
}

async function unpacked(codec: number, packed: Buffer, unpack: Unpack): Promise<Buffer> {
  if (codec === 0) return packed;
  try {
    return await unpack(codec, packed);
  } catch (error) {
    if (error instanceof UnreadableBatchError) throw error;
    throw new UnreadableBatchError(`it cannot be unpacked (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Names may repeat. Built through a map, since a name is whatever a producer wrote, `__proto__` included. */
function readHeaders(fields: ByteReader, parts: Parts): IHeaders {
  const count = fields.varint();
  if (count <= 0) return NO_HEADERS;
  parts.addHeaders(count);
  const headers = new Map<string, Buffer | Buffer[]>();
  for (let index = 0; index < count; index++) {
    const name = (fields.bytes() ?? Buffer.alloc(0)).toString();
    const value = fields.bytes() ?? Buffer.alloc(0);
    const before = headers.get(name);
    if (Array.isArray(before)) before.push(value);
    else headers.set(name, before === undefined ? value : [before, value]);
  }
  return Object.fromEntries(headers);
}
