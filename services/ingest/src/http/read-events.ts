import { parseClickValue, type ClickEvent, type Rejection } from '@click-recall/contracts';
import { MAX_VALUE_BYTES } from '@click-recall/kafka';

/** One event of a request: as it goes to Kafka, or why it does not. */
export type ReadEvent =
  | { readonly ok: true; readonly event: ClickEvent; readonly json: string }
  | { readonly ok: false; readonly rejection: Rejection };

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The lines of JSON Lines; blank ones are nobody's event. */
export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > SPACE)) lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** Reads one line of JSON Lines, in UTF-8. */
export function readLine(line: Buffer, nowMs: number): ReadEvent {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(line));
  } catch {
    return { ok: false, rejection: { reason: 'not-json', field: '', message: 'expected JSON in UTF-8' } };
  }
  return readValue(value, nowMs);
}

/** Reads one event of a JSON body. What goes to Kafka is what was sent, fields that we do not know included. */
export function readValue(value: unknown, nowMs: number): ReadEvent {
  const parsed = parseClickValue(value, nowMs);
  if (!parsed.ok) return parsed;
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) <= MAX_VALUE_BYTES) return { ok: true, event: parsed.value, json };
  const message = `expected an event of at most ${MAX_VALUE_BYTES} bytes`;
  return { ok: false, rejection: { reason: 'too-large', field: '', message } };
}
