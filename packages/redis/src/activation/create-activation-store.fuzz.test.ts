import { FatalError } from '@click-recall/runtime';
import { anyId } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { keysOf } from '../keys.js';
import { testRedis } from '../test-redis.js';
import { createActivationStore, type Activation } from './create-activation-store.js';

const numbers = ['lift.items', 'lift.users', 'lift.shards', 'activatedAt', 'rankerActivatedAt'];
const names = ['encoder', 'index', 'vocabulary', 'ranker', ...numbers];
/** Without these it is damaged. */
const whole = [
  ['lift.items', '1.5'],
  ['lift.users', '2'],
  ['activatedAt', '1700000000123'],
] as const;

it('whatever stands in the hash, both ways of reading it tell the same activation, or none, or the same error of ours', async () => {
  const { redis, namespace } = await testRedis();
  const activation = createActivationStore(redis, { namespace });
  const key = keysOf(namespace).activation;
  const text = fc.oneof(anyId, fc.constantFrom('', ' ', '1', '0', '-1', '1.5', '1e999', 'NaN', '0x1'));
  const fields = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 10 });
  const told = (reading: Promise<unknown>): Promise<unknown> => reading.catch((error: unknown) => error);
  await fc.assert(
    fc.asyncProperty(fields, fc.boolean(), async (damage, isWhole) => {
      const pairs = [...(isWhole ? whole : []), ...damage];
      await redis.commands.call(['DEL', key]);
      if (pairs.length > 0) await redis.commands.call(['HSET', key, ...pairs.flat()]);
      const live = await told(activation.readWithBuilding().then((read) => read.activation));
      expect(await told(activation.read())).toEqual(live);
      expect(live === null).toBe(!pairs.some(([name]) => name === 'encoder'));
      expect(live === null || live instanceof FatalError || numbersOf(live as Activation).every(Number.isFinite)).toBe(
        true,
      );
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['lift.items', 'NaN'],
  ['lift.items', '0'],
  ['lift.users', '1e999'],
  ['lift.users', ''],
  ['lift.shards', '1.5'],
  ['activatedAt', 'soon'],
  ['rankerActivatedAt', '-1'],
])('a damaged number is named, instead of being read as one: %s "%s"', async (field, text) => {
  const { redis, namespace } = await testRedis();
  const activation = createActivationStore(redis, { namespace });
  await redis.commands.call([
    ...['HSET', keysOf(namespace).activation, 'encoder', 'v1', ...whole.flat()],
    ...[field, text],
  ]);
  const named = `activation in Redis is damaged (${field} is no such number); delete it, then \`click-recall rollback\``;
  await expect(activation.read()).rejects.toThrow(named);
  await expect(activation.readWithBuilding()).rejects.toThrow(named);
});

function numbersOf({ lift, activatedAt, rankerActivatedAt = 0 }: Activation): unknown[] {
  return [...Object.values(lift), activatedAt, rankerActivatedAt];
}
