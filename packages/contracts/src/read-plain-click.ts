import { CLICK_VERSION, type Interaction } from './click.js';
import { idFault } from './id.js';

/**
 * Reads the plain case of a click (ids are strings, the time is a number, no context) without the schema, which
 * takes several times as long and leaves kilobytes to collect for each event. Anything else is undefined: for the schema to judge.
 * A test holds the two equal.
 */
export function readPlainClick(object: Readonly<Record<string, unknown>>): Interaction | undefined {
  const { eventId, userId, itemId, timestamp, type = 'click', context } = object;
  if (!isPlainId(userId) || !isPlainId(itemId) || !isSafeInteger(timestamp) || context !== undefined) return undefined;
  if (typeof type !== 'string' || type === '' || type.length > 64 || type === 'forget') return undefined;
  if (eventId === undefined) return { version: CLICK_VERSION, userId, timestamp, itemId, type };
  return isPlainId(eventId) ? { version: CLICK_VERSION, eventId, userId, timestamp, itemId, type } : undefined;
}

function isPlainId(value: unknown): value is string {
  return typeof value === 'string' && idFault(value) === undefined;
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
