import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 1 up. */
export function positive(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('expected a whole number from 1 up.');
  }
  return number;
}

export function commaList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) throw new InvalidArgumentError('expected names separated by commas.');
  return parts;
}
