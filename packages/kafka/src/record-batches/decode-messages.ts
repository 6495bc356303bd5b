import {
  checksumFault,
  decodeRecordBatch,
  HEADER_BYTES,
  lastOffsetOfDamaged,
  MAGIC_AT,
  recordOfUnframed,
  recordOfUnreadable,
} from './decode-record-batch.js';
import type { DecodedBatch, Unpack } from './decode-record-batch.js';
import type { DecodedRecord } from './decoded-record.js';
import { UnreadableBatchError } from './unreadable.js';

const LENGTH_AT = 8;
/** Offset and length, which the length does not count. */
const FRAME_BYTES = 12;
/**
 * Damaged batches remembered; each is asked for once more before it is believed to be damaged in the log. More than a fetch of 1 MiB holds
 * of the smallest: those of one fetch must all be known at once.
 */
const DAMAGES_KEPT = 20_000;

/** The batches of a fetch came damaged; asked for again they may not be, when it happened on the way. */
export class DamagedFetchError extends Error {
  override readonly name = 'DamagedFetchError';
  readonly retriable = true;
}

export interface DecodeOptions {
  readonly unpack: Unpack;
  /** More than so many bytes of memory are not held at once, but for one batch: what is left is fetched again. */
  readonly maxBytes: number;
}

/**
 * Reads the record batches of one partition of a fetch. A batch that cannot be read becomes one record that says so: it must not keep the
 * partition from going on. The last batch may be cut off, as the broker cuts it. Where no batch begins is one record too: an error would
 * keep all other partitions of the fetch from going on.
 *
 * @throws DamagedFetchError when checksums are wrong for the first time
 */
export function createDecodeMessages({ unpack, maxBytes }: DecodeOptions) {
  const damages = new Set<string>();

  async function decode(batch: Buffer, damage: string | undefined, next: Buffer): Promise<DecodedBatch> {
    if (damage !== undefined) {
      const why = `the batch is damaged in the log: ${damage}`;
      return unreadable(batch, why, lastOffsetOfDamaged(batch, next));
    }
    try {
      return await decodeRecordBatch(batch, unpack);
    } catch (error) {
      if (error instanceof UnreadableBatchError) return unreadable(batch, `the batch: ${error.message}`);
      throw error;
    }
  }

  /** Whether the batch came with this damage before. It is not forgotten then: it comes again with others that are asked for again. */
  function seenBefore(batch: Buffer, damage: string): boolean {
    const sighting = `${batch.readBigInt64BE(0)}: ${damage}`;
    if (damages.has(sighting)) return true;
    if (damages.size >= DAMAGES_KEPT) damages.clear();
    damages.add(sighting);
    return false;
  }

  return async (bytes: Buffer): Promise<DecodedRecord[]> => {
    const records: DecodedRecord[] = [];
    let held = 0;
    let askAgain: string | undefined;
    for (let at = 0; bytes.length - at >= HEADER_BYTES && held <= maxBytes;) {
      const end = at + FRAME_BYTES + bytes.readInt32BE(at + LENGTH_AT);
      if (end - at < HEADER_BYTES || bytes[at + MAGIC_AT] !== 2) {
        if (records.length > 0) break;
        records.push(recordOfUnframed(bytes));
        break;
      }
      if (end > bytes.length) break;
      const batch = bytes.subarray(at, end);
      const damage = checksumFault(batch);
      if (damage !== undefined && !seenBefore(batch, damage)) askAgain = damage;
      const decoded = await decode(batch, damage, bytes.subarray(end));
      for (const record of decoded.records) records.push(record);
      held += decoded.memory;
      at = end;
    }
    if (askAgain !== undefined) throw new DamagedFetchError(`a batch came damaged (${askAgain}); asking for it again`);
    return records;
  };
}

function unreadable(batch: Buffer, why: string, lastOffset?: bigint): DecodedBatch {
  return { records: [recordOfUnreadable(batch, why, lastOffset)], memory: batch.length };
}
