/** Deepest that objects and arrays of an event may lie in one another; the event itself is the first. */
export const MAX_NESTING = 64;

/**
 * Whether a value read from JSON is nested deeper than {@link MAX_NESTING}. JSON.parse reads any depth, but whoever writes such a value as
 * JSON again runs out of stack, so it is refused where it comes in.
 */
export function isTooDeep(value: unknown, levels: number = MAX_NESTING): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const part of Object.values(value)) {
    if (isTooDeep(part, levels - 1)) return true;
  }
  return false;
}
