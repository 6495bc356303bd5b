import type { IHeaders } from 'kafkajs';
import { ByteReader } from './byte-reader.js';
import { crc32c } from './crc32c.js';
import { UnreadableBatchError, type Unreadable } from './unreadable.js';

/** Bytes before the records: base offset (8), length (4), epoch (4), magic (1), checksum (4), attributes (2), last offset delta (4), two times (8 each), producer id (8), epoch (2) and sequence (4), count (4). */
export const HEADER_BYTES = 61;
/**
 * Records and headers that a batch may have together. Each takes hundreds of bytes of memory when read and as little as two bytes before, so a
 * batch of 58 kB that unpacks to 60 MB of empty headers would take gigabytes. The smallest clicks fill a batch of 1 MB, packed, with fewer.
 */
export const MAX_PARTS = 250_000;
/** Where the format of a batch stands in it. */
export const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const COUNT_AT = 57;

/** What of a batch kafkajs asks its records for. */
interface BatchContext {
  readonly firstOffset: string;
  readonly producerId: string;
  readonly inTransaction: boolean;
}

/** A record as kafkajs hands it on, and (ours) whether it stands for a batch that could not be read. */
export interface DecodedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly unreadable?: Unreadable;
  /** Not a record: nothing can be read on here, not even where the next batch begins. */
  readonly unframed?: true;
}

/** Unpacks the records of a batch. @throws UnreadableBatchError, or what its library throws */
export type Unpack = (codec: number, packed: Buffer) => Promise<Buffer>;

/**
 * A batch whose last records are gone, or all of them, as compaction leaves it, ends with a control record in their place: kafkajs hands
 * none on, but goes on behind it, where it would fetch a batch without records for ever and step over a gap offset by offset.
 *
 * @param bytes one whole batch of format 2, header included. The checksum is not looked at: see {@link checksumFault}.
 */
export async function decodeRecordBatch(bytes: Buffer, unpack: Unpack): Promise<DecodedRecord[]> {
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const baseOffset = bytes.readBigInt64BE(0);
  const firstTimestamp = Number(bytes.readBigInt64BE(27));
  const maxTimestamp = Number(bytes.readBigInt64BE(35));
  const lastDelta = lastDeltaOf(bytes);
  const count = bytes.readInt32BE(COUNT_AT);
  const logAppendTime = (attributes & 0x8) !== 0;
  const context = {
    magicByte: 2,
    isControlRecord: (attributes & 0x20) !== 0,
    batchContext: {
      firstOffset: String(baseOffset),
      producerId: String(bytes.readBigInt64BE(43)),
      inTransaction: (attributes & 0x10) !== 0,
    },
  };
  let partsLeft = MAX_PARTS;
  const take = (parts: number): void => {
    partsLeft -= Math.max(0, parts);
    if (partsLeft < 0) throw new UnreadableBatchError(`it has more than ${MAX_PARTS} records and headers`);
  };
  take(count);
  const packed = bytes.subarray(HEADER_BYTES);
  const reader = new ByteReader(count > 0 ? await unpacked(attributes & 0x7, packed, unpack) : packed);
  const records: DecodedRecord[] = [];
  // Compaction leaves gaps, and its last offset to the batch.
  let before = -1;
  for (let index = 0; index < count; index++) {
    const record = reader.bytes();
    if (!record) throw new UnreadableBatchError('a record has no bytes');
    const fields = new ByteReader(record);
    const recordAttributes = fields.byte();
    const timestamp = logAppendTime ? maxTimestamp : firstTimestamp + fields.varint();
    if (logAppendTime) fields.varint();
    const delta = fields.varint();
    // No broker looks at this where a batch is not packed, and whoever believes it goes on at an offset that no log has.
    if (delta <= before || delta > lastDelta) throw new UnreadableBatchError('a record lies outside of its batch');
    before = delta;
    const [key, value] = [fields.bytes(), fields.bytes()];
    const headers = readHeaders(fields, take);
    records.push({
      ...context,
      attributes: recordAttributes,
      timestamp: String(timestamp),
      offset: String(baseOffset + BigInt(delta)),
      key,
      value,
      headers,
    });
  }
  if (before < lastDelta) {
    records.push({
      ...context,
      isControlRecord: true,
      attributes: 0,
      timestamp: String(maxTimestamp),
      offset: String(baseOffset + BigInt(lastDelta)),
      key: null,
      value: null,
      headers: {},
    });
  }
  return records;
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
    headers: {},
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
    headers: {},
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
function readHeaders(fields: ByteReader, take: (parts: number) => void): IHeaders {
  const count = fields.varint();
  take(count);
  if (count <= 0) return {};
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
