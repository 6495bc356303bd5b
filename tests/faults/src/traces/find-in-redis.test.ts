import { encodeId } from '@click-recall/redis';
import { randomNamespace } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { openTestRedis } from '../open-test-redis.js';
import { findInRedis } from './find-in-redis.js';

it('finds what a key of any type holds, or is called', async () => {
  const { redis, namespace } = await openTestRedis();
  const id = randomNamespace('id');
  const key = (name: string) => `${encodeId(namespace)}:${name}`;
  for (const [content, suffix] of [
    [id, ''],
    ['another', '-other'],
  ] as const) {
    await redis.commands.call(['SET', key(`string${suffix}`), content]);
    await redis.commands.call(['HSET', key(`hash${suffix}`), 'field', content]);
    await redis.commands.call(['SADD', key(`set${suffix}`), content]);
    await redis.commands.call(['ZADD', key(`zset${suffix}`), 1, content]);
    await redis.commands.call(['RPUSH', key(`list${suffix}`), content]);
    await redis.commands.call(['XADD', key(`stream${suffix}`), '*', 'field', content]);
    await redis.commands.call(['VADD', key(`vectorset${suffix}`), 'VALUES', 2, 1, 1, content]);
    await redis.commands.call(['SET', key(`name-${content}`), 'x']);
  }
  const types = ['string', 'hash', 'set', 'zset', 'list', 'stream', 'vectorset'];
  const found = await findInRedis(redis, [Buffer.from(id)]);
  expect(new Set(found)).toEqual(new Set([...types, `name-${id}`].map(key)));
});
