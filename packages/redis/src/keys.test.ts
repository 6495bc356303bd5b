import { describe, expect, it } from 'vitest';
import { encodeId, keysOf, shardOf } from './keys.js';

describe('keys', () => {
  it('put everything of a user under one hash tag', () => {
    const keys = keysOf('click-recall');
    const userId = 'a}b{c %:/ä\n';
    const tag = /\{([^{}]*)\}$/;
    const names = [keys.sequence(userId), keys.seen(userId), keys.user(userId), keys.userVector('v1', userId)];
    expect(names[0]).toBe('click-recall:seq:{a%7Db%7Bc%20%25%3A%2F%C3%A4%0A}');
    expect(new Set(names.map((name) => tag.exec(name)?.[1]))).toEqual(new Set([encodeId(userId)]));
    expect(keys.vectors('v 1', 'items', 2)).toBe('click-recall:vec:v%201:items:{2}');
    expect(keys.offset('ns.clicks', 3)).toBe('click-recall:offsets:ns.clicks:3');
    // A marker without a tag is hashed as a whole, and so is the tag of what is noted beside it.
    expect(tag.exec(keys.offsetServers('ns.clicks', 3))?.[1]).toBe(keys.offset('ns.clicks', 3));
  });

  it('never meet for different ids', () => {
    const ids = ['a', 'a%', 'a%25', '%61', 'A', 'a ', 'a+', 'ä', 'a\u0308', 'a:b', 'a', '😀'];
    expect(new Set(ids.map(encodeId)).size).toBe(new Set(ids).size);
    expect(ids.map((id) => decodeURIComponent(encodeId(id)))).toEqual(ids);
  });
});

describe('shardOf', () => {
  it('spreads ids evenly, the same on every run', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let index = 0; index < 16_000; index += 1) {
      const shard = shardOf(`user-${index}`, 16);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
    expect([shardOf('user-1', 16), shardOf('', 16), shardOf('ä😀', 7)]).toEqual([11, 13, 3]);
  });
});
