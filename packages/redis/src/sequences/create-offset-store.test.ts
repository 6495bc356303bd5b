import { expect, it } from 'vitest';
import { testRedis } from '../test-redis.js';
import { createOffsetStore } from './create-offset-store.js';

async function testStore() {
  const { redis, namespace } = await testRedis();
  return createOffsetStore(redis, { namespace });
}

it('moves a marker only from where the caller believes it to be', async () => {
  const offsets = await testStore();
  expect(await offsets.read('clicks', 0)).toBeNull();
  expect(await offsets.advance('clicks', 0, null, '10')).toBe('advanced');
  expect(await offsets.advance('clicks', 0, '10', '25')).toBe('advanced');
  expect(await offsets.advance('clicks', 0, '10', '30')).toEqual({ refused: '25' });
  expect(await offsets.read('clicks', 0)).toBe('25');
  expect(await offsets.read('clicks', 1)).toBeNull();
});

it('refuses after the server lost the marker', async () => {
  const offsets = await testStore();
  expect(await offsets.advance('clicks', 0, '10', '20')).toEqual({ refused: null });
});

it('counts a marker that stands there already as advanced, since the answer may have been lost', async () => {
  const offsets = await testStore();
  await offsets.advance('clicks', 0, null, '10');
  expect(await offsets.advance('clicks', 0, null, '10')).toBe('advanced');
});

it('can be set anew for a topic that was made anew', async () => {
  const offsets = await testStore();
  await offsets.advance('clicks', 0, null, '10');
  await offsets.reset('clicks', 0, '0');
  expect(await offsets.read('clicks', 0)).toBe('0');
  await offsets.reset('clicks', 0, null);
  expect(await offsets.read('clicks', 0)).toBeNull();
});
