import { parseClickValue, type ClickEvent, type Rejection } from '@click-recall/contracts';
import { MAX_VALUE_BYTES } from '@click-recall/kafka';

/** One event of a request: as it goes to Kafka, or why it does not. */
export type ReadEvent =
  | { readonly ok: true; readonly event: ClickEvent; readonly json: string }
  | { readonly ok: false; readonly rejection: Rejection };

/** A line of JSON Lines; blank ones are nobody's event. */
export function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Reads one line of JSON Lines. */
export function readLine(line: string, nowMs: number): ReadEvent {
  try {
    return readValue(JSON.parse(line), nowMs);
  } catch {
    return { ok: false, rejection: { reason: 'not-json', field: '', message: 'expected JSON' } };
  }
}

/** Reads one event of a JSON body. What goes to Kafka is what was sent, fields that we do not know included. */
export function readValue(value: unknown, nowMs: number): ReadEvent {
  const parsed = parseClickValue(value, nowMs);
  if (!parsed.ok) return parsed;
  const json = JSON.stringify(value);
  if (Buffer.byteLength(json) <= MAX_VALUE_BYTES) return { ok: true, event: parsed.value, json };
  const message = `expected an event of at most ${MAX_VALUE_BYTES} bytes`;
  return { ok: false, rejection: { reason: 'invalid-value', field: '', message } };
}
