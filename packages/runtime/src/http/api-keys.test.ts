import { describe, expect, it } from 'vitest';
import { createKeyring, secretsEqual } from './api-keys.js';

describe('createKeyring', () => {
  const callerOf = createKeyring(['first-key', 'second-key']);

  it('tells the callers apart without telling their keys', () => {
    const names = [callerOf('first-key'), callerOf('second-key')];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^key-[0-9a-f]{8}$/);
  });

  it.each([undefined, '', 'first-ke', 'first-keyx', 'FIRST-KEY'])('does not know %j', (given) => {
    expect(callerOf(given)).toBeUndefined();
  });
});

describe('secretsEqual', () => {
  it('compares secrets of any length', () => {
    expect(secretsEqual('abc', 'abc')).toBe(true);
    expect(secretsEqual('abc', 'abcd')).toBe(false);
    expect(secretsEqual('', '')).toBe(true);
  });
});
