import { UnreadableBatchError } from '../record-batches/unreadable.js';

/** The records of one batch take no more than this when unpacked. Brokers limit the packed size only, and a megabyte of zeros packs to nothing. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** @throws UnreadableBatchError for more than a batch may take */
export function refuseMoreThan(bytes: number, limit = MAX_UNPACKED_BYTES): void {
  if (bytes > limit) throw new UnreadableBatchError(`unpacked it takes more than ${limit} bytes`);
}
