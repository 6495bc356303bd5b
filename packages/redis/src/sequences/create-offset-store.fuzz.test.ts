import { FatalError } from '@click-recall/runtime';
import { hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { keysOf } from '../keys.js';
import { testRedis } from '../test-redis.js';
import { createOffsetStore } from './create-offset-store.js';

const numbers = fc.constantFrom('', ' 1', '1 ', '01', '-1', '0x1', '1e3', '1n', 'NaN', '9'.repeat(19), '9'.repeat(20));
const texts = fc.oneof(numbers, fc.nat().map(String), fc.string({ unit: 'binary', maxLength: 30 }));

it('whatever stands for a marker, it is an offset or an error that says which key', async () => {
  const { redis, namespace } = await testRedis();
  const offsets = createOffsetStore(redis, { namespace });
  const key = keysOf(namespace).offset('clicks', 0);
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      await redis.commands.call(['SET', key, text]);
      const isOffset = /^(0|[1-9]\d{0,18})$/.test(text);
      const refused = { name: FatalError.name, message: expect.stringContaining(key) as string };
      const answers = [() => offsets.read('clicks', 0), () => offsets.advance('clicks', 0, 'none', 'nowhere')];
      for (const [place, answer] of answers.entries()) {
        const given: unknown = await answer().catch((error: Error) => ({ name: error.name, message: error.message }));
        const right = place === 0 ? text : { refused: text };
        expect(given).toEqual(isOffset ? right : refused);
      }
    }),
    { numRuns: 200 },
  );
});

it('whatever stands for a note of servers, it is one or none', async () => {
  const { redis, namespace } = await testRedis();
  const offsets = createOffsetStore(redis, { namespace });
  const key = keysOf(namespace).offsetServers('clicks', 0);
  await fc.assert(
    fc.asyncProperty(
      hostileJson({ servers: ['a:1', 'b:2'], atMs: 5, marks: [{ atMs: 4, next: '7' }] }),
      async (bytes) => {
        await redis.commands.call(['SET', key, Buffer.from(bytes)]);
        const note = await offsets.readServers('clicks', 0);
        expect(note === null || (Number.isSafeInteger(note.atMs) && typeof note.servers.join() === 'string')).toBe(
          true,
        );
        expect(note?.marks.every(({ atMs, next }) => Number.isSafeInteger(atMs) && BigInt(next) >= 0n) ?? true).toBe(
          true,
        );
      },
    ),
    { numRuns: 200 },
  );
});

it('a marker that is no number is named, instead of being read as one', async () => {
  const { redis, namespace } = await testRedis();
  const offsets = createOffsetStore(redis, { namespace });
  await redis.commands.call(['SET', keysOf(namespace).offset('clicks', 0), 'soon']);
  await expect(offsets.read('clicks', 0)).rejects.toThrow(/offsets:clicks:0 in Redis holds no offset; delete it/);
});
