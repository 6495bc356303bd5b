import type { IHeaders } from 'kafkajs';
import type { Unreadable } from './unreadable.js';

/** What of a batch kafkajs asks its records for. */
export interface BatchContext {
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

/** Of nearly every record. */
export const NO_HEADERS: IHeaders = Object.freeze({});

/** The records of a batch, unpacked, and what they share. */
export interface RecordsOfBatch {
  readonly bytes: Buffer;
  readonly isControlRecord: boolean;
  readonly context: BatchContext;
}

/** Where a record lies in its batch. */
export interface RecordPlace {
  readonly batch: RecordsOfBatch;
  readonly attributes: number;
  readonly timestamp: string;
  /** Of the offset, from the first of the batch. */
  readonly delta: number;
  readonly offset: string;
  readonly headers: IHeaders;
  /** -1 for null; so of the value. */
  readonly keyLength: number;
  readonly keyEnd: number;
  readonly valueLength: number;
  readonly valueEnd: number;
}

/**
 * A record whose key and value are cut out of its batch when they are asked for, which is once. The library holds whole fetches of records until
 * their turn comes, and a `Buffer` takes more memory than the key or the value of a click.
 */
export class RecordInPlace implements DecodedRecord {
  readonly magicByte = 2;
  readonly #place: RecordPlace;

  constructor(place: RecordPlace) {
    this.#place = place;
  }

  get attributes(): number {
    return this.#place.attributes;
  }

  get timestamp(): string {
    return this.#place.timestamp;
  }

  get offset(): string {
    return this.#place.offset;
  }

  get headers(): IHeaders {
    return this.#place.headers;
  }

  get isControlRecord(): boolean {
    return this.#place.batch.isControlRecord;
  }

  get batchContext(): BatchContext {
    return this.#place.batch.context;
  }

  get key(): Buffer | null {
    const { batch, keyLength, keyEnd } = this.#place;
    return cut(batch.bytes, keyLength, keyEnd);
  }

  get value(): Buffer | null {
    const { batch, valueLength, valueEnd } = this.#place;
    return cut(batch.bytes, valueLength, valueEnd);
  }
}

function cut(bytes: Buffer, length: number, end: number): Buffer | null {
  return length < 0 ? null : bytes.subarray(end - length, end);
}
