import { UnreadableBatchError } from './unreadable.js';

/** Reads the fields of records; a length that points outside of the bytes is an {@link UnreadableBatchError}, whatever it claims. */
export class ByteReader {
  readonly #bytes: Buffer;
  /** Nothing is read from here on: where the record ends, or the bytes. */
  #end: number;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  get at(): number {
    return this.#at;
  }

  byte(): number {
    if (this.#at >= this.#end) throw new UnreadableBatchError('a record ends before its fields do');
    return this.#bytes[this.#at++] ?? 0;
  }

  /** A zigzag varint of up to 10 bytes; exact up to 2^53. */
  varint(): number {
    const first = this.byte();
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    for (let scale = 128, count = 1; count < 10; count++, scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new UnreadableBatchError('a number in a record has no end');
  }

  /** Steps over length-prefixed bytes, which then end here, and gives their length; -1 for null. */
  skipBytes(): number {
    const length = this.#length();
    this.#at += Math.max(0, length);
    return length;
  }

  /** Length-prefixed bytes, not copied; null for a length of -1. */
  bytes(): Buffer | null {
    const length = this.skipBytes();
    return length < 0 ? null : this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Steps into length-prefixed bytes: nothing behind them is read until `leave`. */
  enter(): void {
    const length = this.#length();
    if (length < 0) throw new UnreadableBatchError('a record has no bytes');
    this.#end = this.#at + length;
  }

  /** Steps behind the bytes that were entered, however many of them were read. */
  leave(): void {
    this.#at = this.#end;
    this.#end = this.#bytes.length;
  }

  #length(): number {
    const length = this.varint();
    if (length > this.#end - this.#at) throw new UnreadableBatchError('a field of a record is longer than the batch');
    return Math.max(-1, length);
  }
}
