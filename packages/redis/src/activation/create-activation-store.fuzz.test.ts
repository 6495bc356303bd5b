import { anyId } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { keysOf } from '../keys.js';
import { testRedis } from '../test-redis.js';
import { createActivationStore } from './create-activation-store.js';

const names = ['encoder', 'index', 'vocabulary', 'lift.items', 'lift.users', 'lift.shards', 'ranker', 'activatedAt'];

it('whatever stands in the hash, both ways of reading it tell the same activation, or none', async () => {
  const { redis, namespace } = await testRedis();
  const activation = createActivationStore(redis, { namespace });
  const key = keysOf(namespace).activation;
  const text = fc.oneof(anyId, fc.constantFrom('', '1', '-1', '1e999', 'NaN', '0x1'));
  const fields = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(fields, async (pairs) => {
      await redis.commands.call(['DEL', key]);
      if (pairs.length > 0) await redis.commands.call(['HSET', key, ...pairs.flat()]);
      const { activation: live } = await activation.readWithBuilding();
      expect(await activation.read()).toEqual(live);
      expect(live === null).toBe(!pairs.some(([name]) => name === 'encoder'));
    }),
    { numRuns: 200 },
  );
});
