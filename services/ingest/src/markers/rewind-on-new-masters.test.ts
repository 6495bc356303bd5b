import { createOffsetStore, keysOf, RedisUnavailableError, type OffsetStore } from '@click-recall/redis';
import { createLogger, FatalError } from '@click-recall/runtime';
import { eventually, randomNamespace } from '@click-recall/testing';
import { topicName } from '@click-recall/contracts';
import { expect, it, onTestFinished } from 'vitest';
import { openTestTopics } from '../open-test-ingest.js';
import { openTestRedis } from '../open-test-redis.js';
import { createMarkers, type Markers } from './markers.js';
import { rewindOnNewMasters } from './rewind-on-new-masters.js';

const logger = createLogger({ service: 'ingest', level: 'silent', pretty: false });
const crash = (error: unknown): void => {
  throw error;
};

it.each([
  ['applies the window of the log again when Redis has other masters, and only then', 60_000, ['one', 'two']],
  ['leaves alone what is older than the window', 0, []],
])('%s', async (_, windowMs, again) => {
  const { redis, namespace } = await openTestRedis();
  const topics = await openTestTopics(namespace);
  const { kafka } = topics;
  const offsets = createOffsetStore(redis, { namespace });
  const markers = createMarkers({ offsets, redis });
  const topic = topicName('clicks', namespace);
  const applied: string[] = [];

  const subscriber = kafka.subscriber({
    groupId: randomNamespace('group'),
    topics: [topic],
    fromBeginning: true,
    resumeFrom: (partition) => markers.load(partition),
    async handleBatch(batch, control) {
      const taken = markers.take(batch);
      applied.push(...batch.messages.map(({ value }) => Buffer.from(value ?? []).toString()));
      const rewindTo = await markers.advance(batch, taken, batch.messages.at(-1)!.offset);
      if (rewindTo !== undefined) control.seek(rewindTo);
    },
    onCrash: (error) => {
      throw error;
    },
  });
  onTestFinished(() => subscriber.stop());
  await subscriber.start();
  await topics.publish('clicks', [
    { key: 'u', value: 'one' },
    { key: 'u', value: 'two' },
  ]);
  await eventually(() => expect(applied).toEqual(['one', 'two']));

  let masters: string[] = [];
  let looks = 0;
  const rewound: number[] = [];
  /** A process that looks: what it has seen dies with it. */
  const watch = () => {
    const watching = rewindOnNewMasters({
      servers: async () => {
        looks += 1;
        return masters;
      },
      offsets,
      markers,
      subscriber,
      logger,
      windowMs,
      everyMs: 20,
      onRewind: ({ partition }) => rewound.push(partition),
      onError: crash,
    });
    onTestFinished(() => watching.stop());
    return watching;
  };
  const seen = async (more: number): Promise<void> => {
    const until = looks + more;
    await eventually(() => looks >= until);
  };
  const atTheEnd = () =>
    eventually(async () => {
      const markersNow = await Promise.all([0, 1, 2, 3].map((partition) => offsets.read(topic, partition)));
      expect(markersNow.filter((marker) => marker !== null)).toEqual(['1']);
    });

  // Looking the cluster up for the first time, or not seeing it for a moment, is no failover.
  const first = watch();
  masters = ['a:1 x', 'b:1 x'];
  await seen(3);
  masters = [];
  await seen(3);
  masters = ['a:1 x', 'b:1 x'];
  await seen(3);
  expect(rewound).toEqual([]);

  masters = ['a:1 x', 'c:1 x'];
  await seen(3);
  await eventually(() => expect(applied).toEqual(['one', 'two', ...again]));
  expect(rewound).toHaveLength(again.length > 0 ? 1 : 0);
  await atTheEnd();

  // While nobody looks, one of them is started again: the successor finds other masters noted than it sees.
  await first.stop();
  masters = ['a:1 x', 'c:1 y'];
  watch();
  await seen(3);
  await eventually(() => expect(applied).toEqual(['one', 'two', ...again, ...again]));
  expect(rewound).toHaveLength(again.length > 0 ? 2 : 0);
  await atTheEnd();
});

it.each([
  ['its marker cannot be loaded yet', { loaded: false }],
  ['it is revoked once its note is read', { loaded: true, revokedAfter: 'readServers' }],
  ['it is revoked while its marker is moved', { loaded: true, revokedAfter: 'reset' }],
  ['it is assigned again, not loaded yet, after a batch of ours that ended late', { loaded: false, late: true }],
] as const)('leaves the window of the log for whoever has the partition next, where %s', async (_, setting) => {
  const { redis, namespace } = await openTestRedis();
  const stored = createOffsetStore(redis, { namespace });
  const partition = { topic: topicName('clicks', namespace), partition: 0 };
  const after = async <T>(name: 'readServers' | 'reset', result: Promise<T>): Promise<T> => {
    const value = await result;
    if ('revokedAfter' in setting && setting.revokedAfter === name) markers.forget([partition]);
    return value;
  };
  const offsets: OffsetStore = {
    ...stored,
    readServers: (...of) => after('readServers', stored.readServers(...of)),
    reset: (...to) => after('reset', stored.reset(...to)),
  };
  const markers = createMarkers({ offsets, redis });
  if ('late' in setting) {
    await markers.load(partition);
    const taken = markers.take({ ...partition, messages: [{ offset: '0' }] });
    markers.forget([partition]);
    await markers.advance(partition, taken, '5');
  }
  // What others applied since: 10 to 19 within the window before they saw their masters last.
  await stored.reset(partition.topic, 0, '19');
  const atMs = Date.now();
  const marks = [{ atMs: atMs - 61_000, next: '10' }];
  await stored.noteServers(partition.topic, 0, { servers: ['former'], atMs, marks });
  if (setting.loaded) await markers.load(partition);

  let start: string | undefined;
  let looks = 0;
  const watch = (parts: { readonly markers: Markers; readonly offsets: OffsetStore }) => {
    const watching = rewindOnNewMasters({
      ...parts,
      servers: async () => {
        looks += 1;
        return ['other'];
      },
      subscriber: { assigned: () => [partition], seek: (_partition, offset) => void (start = offset) },
      logger,
      windowMs: 60_000,
      everyMs: 20,
      onRewind: () => undefined,
      onError: crash,
    });
    onTestFinished(() => watching.stop());
    return watching;
  };
  const noted = async () => (await stored.readServers(partition.topic, 0))?.servers;
  const watching = watch({ markers, offsets });
  await eventually(() => looks >= 3);
  await watching.stop();
  expect(await noted()).toEqual(['former']);

  const next = createMarkers({ offsets: stored, redis });
  start = await next.load(partition);
  watch({ markers: next, offsets: stored });
  await eventually(async () => expect(await noted()).toEqual(['other']));
  expect(start).toBe('10');
});

it('tells of a damaged marker, and waits without a word while Redis is away', async () => {
  const { redis, namespace } = await openTestRedis();
  const partition = { topic: topicName('clicks', namespace), partition: 0 };
  const offsets = createOffsetStore(redis, { namespace });
  await redis.commands.call(['SET', keysOf(namespace).offset(partition.topic, 0), 'damaged']);
  const lines: string[] = [];
  const errors: unknown[] = [];
  let looks = 0;
  const watching = rewindOnNewMasters({
    servers: async () => {
      looks += 1;
      if (looks <= 3) throw new RedisUnavailableError('Redis cannot be reached');
      return ['one'];
    },
    offsets,
    markers: createMarkers({ offsets, redis }),
    subscriber: { assigned: () => [partition], seek: () => undefined },
    logger: createLogger({
      service: 'ingest',
      level: 'info',
      pretty: false,
      destination: { write: (line) => void lines.push(line) },
    }),
    windowMs: 60_000,
    everyMs: 20,
    onRewind: () => undefined,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => watching.stop());
  await eventually(() => errors.length > 0);
  expect(errors[0]).toBeInstanceOf(FatalError);
  expect(looks).toBeGreaterThan(3);
  expect(lines).toEqual([]);
});
