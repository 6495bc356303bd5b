import type { z } from 'zod';
import { CLICK_VERSION, forgetSchema, interactionSchema, type ClickEvent } from './click.js';
import { ITEM_VERSION, itemSchema, type Item } from './item.js';
import { isTooDeep, MAX_NESTING } from './nesting.js';
import { readPlainClick } from './read-plain-click.js';
import type { Parsed, Rejection, RejectionReason } from './rejection.js';
import { EARLIEST_TIMESTAMP_MS, MAX_AHEAD_MS } from './timestamp.js';

/**
 * The longest event that is taken, in bytes of its value, over Kafka as over HTTP: brokers take messages of 1 MB unless told otherwise, and a
 * dead letter of it needs room for its reason and origin.
 */
export const MAX_EVENT_BYTES = 900_000;

/**
 * Reads the bytes of a message on `clicks`.
 *
 * @param bytes the message's value; null is a tombstone
 * @param appendTimeMs the broker's append time: "too far ahead" is judged against it and not against a clock, so that a replay
 *   of the log judges the same
 */
export function parseClick(bytes: Uint8Array | null, appendTimeMs: number): Parsed<ClickEvent> {
  const json = parseEventJson(bytes);
  return json.ok ? parseClickValue(json.value, appendTimeMs) : json;
}

/** Like {@link parseClick}, of a value that has been read from JSON already (HTTP bodies). */
export function parseClickValue(value: unknown, nowMs: number): Parsed<ClickEvent> {
  const object = parseObject(value, CLICK_VERSION);
  if (!object.ok) return object;
  // The union's own errors speak of both branches; the branch that was meant gives the better message.
  const schema: z.ZodType<ClickEvent> = object.value['type'] === 'forget' ? forgetSchema : interactionSchema;
  const plain = readPlainClick(object.value);
  const parsed: Parsed<ClickEvent> = plain ? { ok: true, value: plain } : checked(schema, object.value);
  if (!parsed.ok) return parsed;
  const { timestamp } = parsed.value;
  if (timestamp < EARLIEST_TIMESTAMP_MS) {
    return rejected('timestamp-too-old', 'timestamp', 'expected a time after 1990 (milliseconds, not seconds)');
  }
  if (timestamp > nowMs + MAX_AHEAD_MS) {
    return rejected('timestamp-too-far-ahead', 'timestamp', 'expected a time at most a day ahead');
  }
  return parsed;
}

/** Reads the bytes of a message on `items`. A tombstone is the caller's to handle: on a compacted topic it means "deleted". */
export function parseItem(bytes: Uint8Array | null): Parsed<Item> {
  const json = parseEventJson(bytes);
  if (!json.ok) return json;
  const object = parseObject(json.value, ITEM_VERSION);
  return object.ok ? checked(itemSchema, object.value) : object;
}

/** Reads the bytes of a message between services; all of their schemas are of version 1. */
export function parseMessage<T>(schema: z.ZodType<T>, bytes: Uint8Array | null): Parsed<T> {
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const object = parseObject(json.value, 1);
  return object.ok ? checked(schema, object.value) : object;
}

function parseEventJson(bytes: Uint8Array | null): Parsed<unknown> {
  if (bytes === null || bytes.byteLength <= MAX_EVENT_BYTES) return parseJson(bytes);
  return rejected('too-large', '', `expected at most ${MAX_EVENT_BYTES} bytes`);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array | null): Parsed<unknown> {
  if (bytes === null) return rejected('tombstone', '', 'expected a value');
  try {
    return { ok: true, value: JSON.parse(decoder.decode(bytes)) };
  } catch {
    return rejected('not-json', '', 'expected JSON in UTF-8');
  }
}

function parseObject(value: unknown, newestVersion: number): Parsed<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejected('not-an-object', '', 'expected a JSON object');
  }
  const object = value as Record<string, unknown>;
  const { version } = object;
  if (version !== undefined && version !== newestVersion) {
    return rejected('unsupported-version', 'version', `expected version ${newestVersion} or none`);
  }
  if (isTooDeep(object)) return rejected('invalid-value', '', `expected at most ${MAX_NESTING} levels of nesting`);
  return { ok: true, value: object };
}

function checked<T>(schema: z.ZodType<T>, object: Record<string, unknown>): Parsed<T> {
  const result = schema.safeParse(object);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  if (!issue) throw new Error('zod reported a failure without an issue');
  const field = issue.path.join('.');
  const absent = issue.path.length === 1 && object[String(issue.path[0])] === undefined;
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  if (absent) return rejected('missing-field', field, issue.message);
  if (typeof code === 'string') return rejected(code as RejectionReason, field, issue.message);
  const wrongType = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  return rejected(wrongType ? 'wrong-type' : 'invalid-value', field, issue.message);
}

function rejected(reason: RejectionReason, field: string, message: string): { ok: false; rejection: Rejection } {
  return { ok: false, rejection: { reason, field, message } };
}
