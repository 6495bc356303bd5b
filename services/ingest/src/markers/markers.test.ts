import { createOffsetStore } from '@click-recall/redis';
import { expect, it } from 'vitest';
import { openTestRedis } from '../open-test-redis.js';
import { createMarkers } from './markers.js';

it.each([
  ['before its first message', '8', '7'],
  ['at the beginning of the log', '0', null],
])(
  'a batch that is tried again after its partition was lost has its new owner apply again what came since: %s',
  async (_, first, marker) => {
    const { redis, namespace } = await openTestRedis();
    const offsets = createOffsetStore(redis, { namespace });
    const markers = createMarkers({ offsets, redis });
    const partition = { topic: 'clicks', partition: 0 };
    await offsets.reset('clicks', 0, '7');
    await markers.load(partition);
    markers.forget([partition]);
    const taken = markers.take({ ...partition, messages: [{ offset: first }] });
    // By whoever has the partition now.
    await offsets.reset('clicks', 0, '19');
    await markers.advance(partition, taken, '9');
    expect(await offsets.read('clicks', 0)).toBe(marker);
  },
);

it('a log whose beginning was cut off is applied from where it begins now', async () => {
  const { redis, namespace } = await openTestRedis();
  const offsets = createOffsetStore(redis, { namespace });
  const markers = createMarkers({ offsets, redis });
  const partition = { topic: 'clicks', partition: 0 };
  expect(await markers.load(partition)).toBe('0');
  const taken = markers.take({ ...partition, messages: [{ offset: '500' }] });
  expect(await markers.advance(partition, taken, '510')).toBeUndefined();
  expect(await offsets.read('clicks', 0)).toBe('510');
});
