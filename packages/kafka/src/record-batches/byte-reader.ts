import { UnreadableBatchError } from './unreadable.js';

/** Reads the fields of records; a length that points outside of the bytes is an {@link UnreadableBatchError}, whatever it claims. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new UnreadableBatchError('a record ends before its fields do');
    this.#at += 1;
    return byte;
  }

  /** A zigzag varint of up to 10 bytes; exact up to 2^53. */
  varint(): number {
    let value = 0;
    for (let scale = 1, count = 0; count < 10; count++, scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new UnreadableBatchError('a number in a record has no end');
  }

  /** Length-prefixed bytes, not copied; null for a length of -1. */
  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    if (length > this.left) throw new UnreadableBatchError('a field of a record is longer than the batch');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
