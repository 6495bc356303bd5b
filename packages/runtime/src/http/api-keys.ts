import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares secrets in a time that tells nothing of where they differ, nor of their lengths. */
export function secretsEqual(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

/**
 * Gives a function that finds the caller of a key: a short name of the key (for the rate limit and logs, not the key
 * itself), or undefined where the key is not one of these. Every key is compared, whichever fits.
 */
export function createKeyring(keys: readonly string[]): (given: string | undefined) => string | undefined {
  const known = keys.map((key) => ({ hash: digest(key), name: `key-${digest(key).toString('hex').slice(0, 8)}` }));
  return (given) => {
    const hash = digest(given ?? '');
    let caller: string | undefined;
    for (const key of known) {
      if (timingSafeEqual(key.hash, hash)) caller = key.name;
    }
    return given === undefined ? undefined : caller;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
