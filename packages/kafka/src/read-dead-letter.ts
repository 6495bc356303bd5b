import { SOURCE_HEADER_PREFIX } from '@click-recall/contracts';
import type { ConsumedMessage, RawMessage } from './message.js';
import { formatOrigin, readOrigin, type Origin } from './origin.js';

/** A message on `dead-letters`, read. */
export interface ReadLetter {
  readonly origin: Origin;
  /** Out of `REJECTION_REASONS`, or a later service's. */
  readonly reason: string;
  readonly field: string;
  readonly message: string;
  readonly service: string;
  /** When the refused message was appended, ms; for letters of before that was said, when they were. */
  readonly appendedAt: number;
  /** When the letter was appended, ms. */
  readonly writtenAt: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Of the value, before it was cut to fit. */
  readonly originalBytes: number;
  readonly truncated: boolean;
  /** Those of the refused message, its own names. */
  readonly headers: RawMessage['headers'];
  /** Where the message landed when it was published again: this is then not a letter but the note of that. */
  readonly replayedTo: string | undefined;
}

/** A letter, or what keeps a message from being one: anybody may have written it. Never throws. */
export type ReadLetterResult =
  { readonly ok: true; readonly letter: ReadLetter } | { readonly ok: false; readonly why: string };

export function readDeadLetter(message: ConsumedMessage): ReadLetterResult {
  const { headers, raw, key, value, appendTimeMs } = message;
  const given = (name: string): string => headers[name] ?? '';
  const text = [given('source-topic'), given('source-partition'), given('source-offset')].join('/');
  const origin = readOrigin(text);
  if (!origin) return { ok: false, why: 'no source-topic, source-partition and source-offset that name a message' };
  if (given('reason') === '') return { ok: false, why: 'no reason' };
  const originalBytes = headers['original-bytes'];
  if (originalBytes !== undefined && !/^\d{1,15}$/.test(originalBytes)) {
    return { ok: false, why: 'original-bytes is no number' };
  }
  const replayedTo = headers['replayed-to'];
  if (replayedTo !== undefined && !readOrigin(replayedTo)) return { ok: false, why: 'replayed-to names no message' };
  const letter: ReadLetter = {
    origin,
    reason: given('reason'),
    field: given('field'),
    message: given('message'),
    service: given('service'),
    appendedAt: /^\d{1,15}$/.test(given('source-append-time')) ? Number(given('source-append-time')) : appendTimeMs,
    writtenAt: appendTimeMs,
    key: raw?.key ?? (key === null ? null : Buffer.from(key)),
    value,
    originalBytes: originalBytes === undefined ? (value?.byteLength ?? 0) : Number(originalBytes),
    truncated: originalBytes !== undefined,
    headers: sourceHeaders(raw?.headers ?? {}),
    replayedTo,
  };
  return { ok: true, letter };
}

/** The name of a letter, the same however often it was written. */
export function letterId({ origin }: Pick<ReadLetter, 'origin'>): string {
  return formatOrigin(origin);
}

function sourceHeaders(headers: RawMessage['headers']): RawMessage['headers'] {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(SOURCE_HEADER_PREFIX))
      .map(([name, values]) => [name.slice(SOURCE_HEADER_PREFIX.length), values]),
  );
}
