import type { JsonSchema } from '../docs/json-schemas.js';
import type { Flow } from './schema-breaks.js';

/** Keywords that limit a value, and whether a larger number allows more. */
const LIMITS = { minLength: false, maxLength: true, minimum: false, maximum: true, minItems: false, maxItems: true };

/** Limits that are tighter than those published; where the pipeline writes, also those that are wider. */
export function limitBreaks(published: JsonSchema, current: JsonSchema, flow: Flow, where: string): string[] {
  return Object.entries(LIMITS).flatMap(([keyword, largerAllowsMore]) => {
    const none = largerAllowsMore ? Infinity : -Infinity;
    const [before, now] = [published[keyword] ?? none, current[keyword] ?? none].map(Number) as [number, number];
    if (before === now) return [];
    const wider = now > before === largerAllowsMore;
    if (wider && flow === 'taken') return [];
    return [`${where} has ${wider ? 'a wider' : 'a tighter'} ${keyword}: ${shown(before)} before, ${shown(now)} now`];
  });
}

function shown(limit: number): string {
  return Number.isFinite(limit) ? String(limit) : 'none';
}
