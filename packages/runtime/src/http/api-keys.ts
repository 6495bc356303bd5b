import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey, Role } from '../config/parse-api-keys.js';

/** Who asks, by the key that came along. */
export interface Caller {
  /** Short hash of the key, for the rate limit and for logs. */
  readonly name: string;
  readonly role: Role;
}

/** Compares secrets in a time that tells nothing of where they differ, nor of their lengths. */
export function secretsEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

/** Gives a function that finds the caller of a key; undefined where it is none of these. Every key is compared, whichever fits. */
export function createKeyring(keys: readonly ApiKey[]): (given: string | undefined) => Caller | undefined {
  const known = keys.map(({ key, role }) => {
    const hash = digest(key);
    return { hash, caller: { name: `key-${hash.toString('hex').slice(0, 8)}`, role } };
  });
  return (given) => {
    const hash = digest(given ?? '');
    let caller: Caller | undefined;
    for (const key of known) {
      if (timingSafeEqual(key.hash, hash)) caller = key.caller;
    }
    return given === undefined ? undefined : caller;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
