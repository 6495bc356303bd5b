import { describe, expect, it } from 'vitest';
import { apiKeysSchema } from './parse-api-keys.js';

describe('apiKeysSchema', () => {
  it.each([
    ['a bare key is of every role', 'secret-key', [['secret-key', 'admin']]],
    [
      'keys of roles, several of one while they are exchanged',
      'publish:old-key-1, publish:new-key-1,read:reader-1,admin:operator',
      [
        ['old-key-1', 'publish'],
        ['new-key-1', 'publish'],
        ['reader-1', 'read'],
        ['operator', 'admin'],
      ],
    ],
    ['empty parts are nobody', ',, read:reader-1 ,', [['reader-1', 'read']]],
    ['spaces around a role and a key', ' read : reader-1 ', [['reader-1', 'read']]],
    ['a role in capitals', 'READ:reader-1', [['reader-1', 'read']]],
    ['a colon inside of a key', 'read:a:b:c:d:e,sk:12345678', [['a:b:c:d:e', 'read'], ['sk:12345678', 'admin']]], // prettier-ignore
    ['a key that begins with the name of a role', 'admin:read:12345', [['read:12345', 'admin']]],
    ['the same key twice with the same role', 'read:reader-1,read:reader-1', [['reader-1', 'read']]],
  ])('reads %s', (_what, text, expected) => {
    expect(apiKeysSchema.parse(text).map(({ key, role }) => [key, role])).toEqual(expected);
  });

  it.each([
    ['one key with two roles', 'read:same-key,publish:same-key'],
    ['one key with a role and without', 'same-key,read:same-key'],
    ['a role without a key', 'read:'],
    ['a key that is short without its role', 'publish:short'],
    ['what no header can carry', 'read:schlüssel'],
    ['a line feed inside', 'first-key\nsecond-key'],
    ['nothing but commas', ' , ,'],
  ])('refuses %s', (_what, text) => {
    expect(apiKeysSchema.safeParse(text).success).toBe(false);
  });
});
