import { describe, expect, it } from 'vitest';
import { keysOf } from '../keys.js';
import { aclRules } from './acl-rules.js';
import { KEY_ACCESS, patternOf, REDIS_USERS, type KeyFamily } from './key-access.js';

const keys = keysOf('shop');
/** A real key of each family. */
const EXAMPLES: Record<KeyFamily, string> = {
  sequence: keys.sequence('a*b{c}'),
  seen: keys.seen('u'),
  user: keys.user('u'),
  users: keys.users(3),
  itemsPrefix: `${keys.itemsPrefix}:i`,
  knownItems: keys.knownItems(3),
  deletedItems: keys.deletedItems(3),
  modelsPrefix: `${keys.modelsPrefix}:v`,
  modelVersions: keys.modelVersions,
  rankersPrefix: `${keys.rankersPrefix}:r`,
  rankerVersions: keys.rankerVersions,
  userVector: keys.userVector('v 1', 'u'),
  coldVectors: keys.coldVectors('v'),
  formerColdVectors: keys.formerColdVectors('v'),
  vectors: keys.vectors('v', 'users', 2),
  activation: keys.activation,
  building: keys.building,
  offset: keys.offset('shop.clicks', 12),
  offsetServers: keys.offsetServers('shop.clicks', 12),
};

/** As Redis matches: a star is anything, the rest stands for itself. */
function matches(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(key);
}

describe('the rights of a user', () => {
  it('are told apart by family: a pattern has all keys of its own and none of another', () => {
    const families = Object.keys(KEY_ACCESS) as KeyFamily[];
    expect(families.toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
    for (const family of families) {
      const found = families.filter((other) => matches(patternOf('shop', family), EXAMPLES[other]));
      expect([family, found]).toEqual([family, [family]]);
      expect(matches(patternOf('shopping', family), EXAMPLES[family])).toBe(false);
    }
  });

  it('hold no password, begin from nothing, and name each command', () => {
    for (const user of REDIS_USERS) {
      const rules = aclRules('shop', user, 'secret-word');
      const text = rules.join(' ');
      expect(rules.slice(0, 2)).toEqual(['reset', 'on']);
      expect(text).not.toContain('secret-word');
      expect(text).not.toMatch(/\+@|allkeys|allcommands|allchannels|~\*|&\*/);
      expect(text).not.toMatch(/\+(flush|config|keys|scan|debug|acl|shutdown|monitor|module|replicaof|migrate)\b/);
    }
  });

  it('let the trainer write its mark among the offsets, and no other of them', () => {
    const rules = aclRules('shop', 'trainer', 'x');
    const writes = rules.filter((rule) => /\+set\b/.test(rule) && rule.includes('shop:offsets:'));
    expect(writes).toEqual(['(~shop:offsets:train-after-clicks:0 -@all +set)']);
    expect(rules).toContain('%R~shop:offsets:*:*');
    for (const user of REDIS_USERS.filter((each) => each !== 'trainer'))
      expect(aclRules('shop', user, 'x').join(' ')).not.toContain('train-after-clicks');
  });

  it('keep ingest from models and queues, and the console from everything but queues', () => {
    expect(aclRules('shop', 'ingest', 'x').join(' ')).not.toMatch(/shop:models|shop:vec|\{shop\}/);
    expect(aclRules('shop', 'console', 'x').join(' ')).not.toContain('~shop:');
  });
});
