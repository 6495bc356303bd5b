import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 1 up. */
export function positive(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('expected a whole number from 1 up.');
  }
  return number;
}

const AGO = /^(\d{1,6})([smhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a time, as ISO 8601 or as long ago (30m, 12h, 7d); ms since the epoch. */
export function moment(text: string): number {
  const [, count, unit = ''] = AGO.exec(text) ?? [];
  const ms = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNIT_MS[unit] ?? 0);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('expected ISO 8601, or as long ago as 30m, 12h, 7d.');
  return ms;
}

export function commaList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('expected names separated by commas.');
  return parts;
}
