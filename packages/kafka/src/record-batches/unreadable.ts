/** The records of a batch cannot be read, and never will be: damaged, of an unknown codec, or too large when unpacked. */
export class UnreadableBatchError extends Error {
  override readonly name = 'UnreadableBatchError';
}

/** Why a message that stands for a whole batch could not be read. */
export interface Unreadable {
  /** In words. */
  readonly why: string;
  /** How many records the batch says it has. */
  readonly records: number;
}
