export const TIMESTAMP_UNITS = ['s', 'ms', 'iso'] as const;
export type TimestampUnit = (typeof TIMESTAMP_UNITS)[number];

/** A cell as a time in ms; ISO 8601 stays text, for the schema of a click to read. Undefined for what is no time. */
export function readTimestamp(value: unknown, unit: TimestampUnit): number | string | undefined {
  if (unit === 'iso') return typeof value === 'string' ? value : undefined;
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) return undefined;
  return Math.round(unit === 's' ? number * 1000 : number);
}
