import { ModelConfigError } from './errors.js';

/** Throws a ModelConfigError naming the field for a value that cannot be. */
export type Check = (field: string, value: unknown) => void;
export type Fields<T> = { readonly [K in keyof T]: Check };

/**
 * An object's fields from parsed JSON; what is left out has its default. Throws a ModelConfigError naming the first field
 * that is unknown or out of range.
 */
export function section<T extends object>(name: string, input: unknown, fields: Fields<T>, defaults: T): T {
  const given = input === undefined ? {} : record(name, input);
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(fields, key) ? fields[key as keyof T] : undefined;
    if (check === undefined) {
      throw new ModelConfigError(`${name}.${key}`, `one of ${Object.keys(fields).join(', ')}`, key);
    }
    check(`${name}.${key}`, value);
  }
  return { ...defaults, ...given };
}

export function record(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelConfigError(field, 'an object', value);
  }
  return value as Record<string, unknown>;
}

export function integer(least: number, most: number): Check {
  return (field, value) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw new ModelConfigError(field, `a whole number from ${least} to ${most}`, value);
    }
  };
}

export function number(expected: string, holds: (value: number) => boolean): Check {
  return (field, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || !holds(value)) {
      throw new ModelConfigError(field, `a number ${expected}`, value);
    }
  };
}

/** A share of a whole that leaves some over. */
export const share: Check = number('at least 0 and below 1', (value) => value >= 0 && value < 1);

export function oneOf(...choices: string[]): Check {
  return (field, value) => {
    if (!choices.includes(value as string)) throw new ModelConfigError(field, `one of ${choices.join(', ')}`, value);
  };
}

export function boolean(field: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new ModelConfigError(field, 'true or false', value);
}
