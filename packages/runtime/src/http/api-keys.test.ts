import { describe, expect, it } from 'vitest';
import { createKeyring, secretsEqual } from './api-keys.js';

describe('createKeyring', () => {
  const callerOf = createKeyring([
    { key: 'first-key', role: 'publish' },
    { key: 'second-key', role: 'read' },
  ]);

  it('tells the callers and their roles apart without telling their keys', () => {
    const callers = [callerOf('first-key'), callerOf('second-key')];
    expect(callers.map((caller) => caller?.role)).toEqual(['publish', 'read']);
    expect(new Set(callers.map((caller) => caller?.name)).size).toBe(2);
    for (const caller of callers) expect(caller?.name).toMatch(/^key-[0-9a-f]{8}$/);
  });

  it.each([undefined, '', 'first-ke', 'first-keyx', 'FIRST-KEY', 'publish:first-key'])('does not know %j', (given) => {
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
