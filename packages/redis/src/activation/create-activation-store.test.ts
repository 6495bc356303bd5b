import { eventually } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { testRedis } from '../test-redis.js';
import { createActivationStore, type Activation } from './create-activation-store.js';

async function testStore() {
  const { redis, namespace } = await testRedis();
  return createActivationStore(redis, { namespace });
}

function activationOf(encoder: string, previous: string | null): Activation {
  return {
    encoder,
    index: encoder,
    vocabulary: encoder,
    lift: { items: 1.25, users: 0.1 + 0.2 },
    ranker: '',
    mapping: '',
    activatedAt: 1_700_000_000_123,
    previous,
  };
}

it('switches only from the version that is believed to be live', async () => {
  const store = await testStore();
  expect(await store.read()).toBeNull();
  expect(await store.compareAndSet('v0', activationOf('v1', null))).toEqual({ refused: null });
  expect(await store.compareAndSet(null, activationOf('v1', null))).toBe('activated');
  expect(await store.compareAndSet(null, activationOf('v2', null))).toEqual({ refused: 'v1' });
  expect(await store.read()).toEqual(activationOf('v1', null));
  expect(await store.compareAndSet('v1', activationOf('v2', 'v1'))).toBe('activated');
  expect(await store.read()).toEqual(activationOf('v2', 'v1'));
});

it('makes a ranker live only beside the encoder that it belongs to, and none beside another one', async () => {
  const store = await testStore();
  const notices: string[] = [];
  onTestFinished(await store.onChange((encoder) => notices.push(encoder)));
  expect(await store.switchRanker('v1', 'ranker-1', 1)).toEqual({ refused: null });
  expect(await store.read()).toBeNull();
  await store.compareAndSet(null, activationOf('v1', null));
  expect(await store.switchRanker('v2', 'ranker-2', 2)).toEqual({ refused: 'v1' });
  expect(await store.read()).toEqual(activationOf('v1', null));
  expect(await store.switchRanker('v1', 'ranker-1', 3)).toBe('activated');
  expect(await store.read()).toEqual({ ...activationOf('v1', null), ranker: 'ranker-1', rankerActivatedAt: 3 });
  await store.compareAndSet('v1', activationOf('v2', 'v1'));
  expect(await store.read()).toEqual(activationOf('v2', 'v1'));
  await eventually(() => expect(notices).toEqual(['v1', 'v1', 'v2']));
});

it('gives notice of a switch, and not of a refused one', async () => {
  const store = await testStore();
  const notices: string[] = [];
  onTestFinished(await store.onChange((encoder) => notices.push(encoder)));
  await store.compareAndSet('other', activationOf('v0', null));
  await store.compareAndSet(null, activationOf('v1', null));
  await store.compareAndSet('v1', activationOf('v2', 'v1'));
  await eventually(() => expect(notices).toEqual(['v1', 'v2']));
});

it('knows the versions that are being built', async () => {
  const store = await testStore();
  await store.addBuilding('v2');
  await store.addBuilding('v1');
  await store.addBuilding('v2');
  expect(await store.buildingVersions()).toEqual(['v1', 'v2']);
  expect(await store.readWithBuilding()).toEqual({ activation: null, building: ['v1', 'v2'] });
  await store.removeBuilding('v1');
  expect(await store.buildingVersions()).toEqual(['v2']);
});
