import type { SequenceUpdate } from '@click-recall/contracts';
import { createSettle, type DeadLetter } from '@click-recall/kafka';
import { createOffsetStore, createSequenceStore, type RedisConnection } from '@click-recall/redis';
import { createMetrics } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { createMarkers } from './markers/markers.js';
import { openTestRedis } from './open-test-redis.js';
import { createClickPipeline } from './pipeline.js';
import { fetchFrom, replay, simulatePartition, type MadeUpEvent, type SimulatedPartition } from './simulated-log.js';

const KEEP = 6;
const SEEN_KEEP = 9;

class Crash extends Error {}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Clicks of a few users, out of order, many of them repeats; now and then a forget, now and then bytes that are no event. */
function randomEvents(random: () => number, partition: number, count: number): (MadeUpEvent | 'garbage')[] {
  const pick = (limit: number): number => Math.floor(random() * limit);
  const events: (MadeUpEvent | 'garbage')[] = [];
  for (let index = 0; index < count; index++) {
    const earlier = events[pick(events.length)];
    const userId = `user-${partition}-${pick(5)}`;
    const timestamp = 1_700_000_000_000 + pick(40);
    const kind = random();
    if (kind < 0.04) events.push('garbage');
    else if (kind < 0.07) events.push({ userId, eventId: `f${index}`, timestamp, type: 'forget' });
    else if (kind < 0.3 && earlier && earlier !== 'garbage' && earlier.type === 'click') events.push(earlier);
    else events.push({ userId, itemId: `i${pick(12)}`, eventId: `e${pick(30)}`, timestamp, type: 'click' });
  }
  return events;
}

async function openPipeline() {
  const { redis, namespace, ...opened } = await openTestRedis();
  const sequences = createSequenceStore(redis, { namespace, keep: KEEP, seenKeep: SEEN_KEEP });
  const offsets = createOffsetStore(redis, { namespace });
  const updates: SequenceUpdate[] = [];
  const letters: DeadLetter[] = [];
  const metrics = createMetrics('ingest');

  /** A process: what it remembers dies with it. `maybeCrash` is called before and after every step that has an effect. */
  function start(maybeCrash: () => void | Promise<void> = () => undefined) {
    const step = async <T>(effect: () => Promise<T>): Promise<T> => {
      await maybeCrash();
      const result = await effect();
      await maybeCrash();
      return result;
    };
    const markers = createMarkers({ offsets, redis });
    const settle = createSettle({
      deadLetters: { write: (written) => step(async () => void letters.push(...written)) },
      onDeadLetter: (topic, reason) => metrics.deadLetters.inc({ topic, reason }),
    });
    const handle = createClickPipeline({
      settle,
      sequences: { applyBatch: (users) => step(() => sequences.applyBatch(users)) },
      publisher: {
        publish: (_topic, messages) =>
          step(async () => {
            for (const { value } of messages) updates.push(JSON.parse(String(value)) as SequenceUpdate);
            return [];
          }),
      },
      markers: {
        take: (partition) => markers.take(partition),
        advance: (partition, taken, last) => step(() => markers.advance(partition, taken, last)),
      },
      metrics,
      updatesTopic: 'sequence-updates',
    });
    return { markers, handle };
  }

  /** Reads a partition to its end in batches of random size, the way a subscriber does; ends early by a crash. */
  async function consume(
    log: SimulatedPartition,
    process: ReturnType<typeof start>,
    sizes: () => number,
  ): Promise<void> {
    let at = Number(await process.markers.load(log));
    while (at < log.messages.length) {
      const batch = fetchFrom(log, at, 1 + Math.floor(sizes() * 17));
      let next = at + batch.messages.length;
      const control = {
        signal: new AbortController().signal,
        isStale: () => false,
        seek: (offset: string) => void (next = Number(offset)),
      };
      await process.handle(batch, control);
      at = next;
    }
  }

  return { redis, sequences, offsets, updates, letters, start, consume, wipe: () => opened.wipe(), metrics };
}

async function stateOf(sequences: Awaited<ReturnType<typeof openPipeline>>['sequences']) {
  const state = new Map<string, unknown>();
  for await (const userIds of sequences.listUsers()) {
    const read = await sequences.read(userIds);
    const seen = await sequences.seenMany(userIds);
    read.forEach(({ userId, events }, index) => state.set(userId, { sequence: events, seen: seen[index] }));
  }
  return state;
}

describe('whatever happens on the way', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed))('the state is what the log says (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const pipeline = await openPipeline();
    const events = [0, 1].map((partition) => randomEvents(random, partition, 260));
    const logs = events.map((each, partition) => simulatePartition(partition, each));
    const expected = replay(
      events.flat().filter((event) => event !== 'garbage'),
      KEEP,
      SEEN_KEEP,
    );

    // Processes that die at random steps, one of them after Redis lost everything; then one that lives.
    for (let life = 0; life < 12; life++) {
      if (life === 6 && random() < 0.5) await pipeline.wipe();
      const process = pipeline.start(() => {
        if (random() < 0.08) throw new Crash();
      });
      for (const log of logs) {
        await pipeline.consume(log, process, random).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      }
    }
    const survivor = pipeline.start();
    for (const log of logs) await pipeline.consume(log, survivor, random);

    expect(await stateOf(pipeline.sequences)).toEqual(expected);
    const bad = events.flatMap((each, partition) =>
      each.flatMap((event, at) => (event === 'garbage' ? [`${partition} ${at}`] : [])),
    );
    const told = new Set(pipeline.letters.map(({ source, message }) => `${source.partition} ${message.offset}`));
    expect(told).toEqual(new Set(bad));

    // Nobody's news is lost: the newest update of each user is about the state that is there.
    const newest = new Map(pipeline.updates.map((update) => [update.userId, update]));
    const revisions = await pipeline.sequences.revisions([...expected.keys()]);
    [...expected.keys()].forEach((userId, index) => {
      expect(newest.get(userId)).toMatchObject({ forgotten: false, revision: revisions[index] });
    });
    for (const [userId, update] of newest) expect(update.forgotten).toBe(!expected.has(userId));

    // The whole log once more, as after the loss of the markers: nothing changes.
    for (const log of logs) await pipeline.offsets.reset(log.topic, log.partition, null);
    const again = pipeline.start();
    for (const log of logs) await pipeline.consume(log, again, random);
    expect(await stateOf(pipeline.sequences)).toEqual(expected);
  });
});

const click = (userId: string, eventId: string, timestamp: number, itemId = 'i'): MadeUpEvent => ({
  userId,
  itemId,
  eventId,
  timestamp: 1_700_000_000_000 + timestamp,
  type: 'click',
});

describe('a batch', () => {
  it('makes one update a user, caused by the newest event that changed the sequence', async () => {
    const pipeline = await openPipeline();
    const log = simulatePartition(0, [
      click('a', 'e2', 2, 'x'),
      click('b', 'e9', 9),
      click('a', 'e3', 3, 'y'),
      click('a', 'e1', 1),
    ]);
    await pipeline.consume(log, pipeline.start(), () => 0.9);
    expect(pipeline.updates).toHaveLength(2);
    expect(pipeline.updates.find(({ userId }) => userId === 'a')).toEqual({
      version: 1,
      userId: 'a',
      revision: log.messages[3]?.appendTimeMs,
      itemId: 'y',
      forgotten: false,
      cause: { kind: 'click', eventId: 'e3', timestamp: 1_700_000_000_003, appendedAt: log.messages[2]?.appendTimeMs },
    });
  });

  it('says nothing of events that are known', async () => {
    const pipeline = await openPipeline();
    const log = simulatePartition(0, [
      click('a', 'e1', 1),
      click('a', 'e1', 1),
      click('a', 'e1', 1),
      click('a', 'e1', 1),
    ]);
    await pipeline.consume(log, pipeline.start(), () => 0);
    expect(pipeline.updates.length).toBeLessThan(4);
    expect((await pipeline.metrics.scrape()).body).toContain('click_recall_events_applied_total{service="ingest"} 1');
  });

  it('gives an event without an id its place in the log', async () => {
    const pipeline = await openPipeline();
    const log = simulatePartition(7, [{ ...click('a', '', 1), eventId: undefined as never }]);
    await pipeline.consume(log, pipeline.start(), () => 0);
    const [sequence] = await pipeline.sequences.read(['a']);
    expect(sequence?.events[0]?.eventId).toBe('clicks-0007-00000000000000000000');
  });
});

describe('the marker', () => {
  it('sends back to what is missing when Redis comes back with older data between two batches', async () => {
    const pipeline = await openPipeline();
    const log = simulatePartition(
      0,
      Array.from({ length: 30 }, (_, index) => click(`u${index}`, `e${index}`, index)),
    );
    const process = pipeline.start();
    let batches = 0;
    await pipeline.consume(log, process, () => {
      batches += 1;
      return 0.5;
    });
    expect(batches).toBe(4);

    const more = simulatePartition(
      0,
      Array.from({ length: 40 }, (_, index) => click(`u${index}`, `e${index}`, index)),
    );
    await pipeline.wipe();
    await pipeline.offsets.reset('clicks', 0, null);
    // The same process goes on, without having been told.
    let next = 30;
    const control = {
      signal: new AbortController().signal,
      isStale: () => false,
      seek: (offset: string) => void (next = Number(offset)),
    };
    await process.handle(fetchFrom(more, 30, 10), control);
    expect(next).toBe(0);
    await process.handle(fetchFrom(more, 0, 40), control);
    expect(await pipeline.sequences.countUsers()).toBe(40);
    expect(await pipeline.offsets.read('clicks', 0)).toBe('39');
  });

  it('goes back when a process that lost its partition writes late, so that a forget wins in the end', async () => {
    const pipeline = await openPipeline();
    const log = simulatePartition(0, [
      click('a', 'e1', 1),
      { userId: 'a', eventId: 'f', timestamp: 1_700_000_000_002, type: 'forget' },
    ]);
    const late = pipeline.start();
    await late.markers.load(log);
    const owner = pipeline.start();
    await pipeline.consume(log, owner, () => 0.9);
    expect(await pipeline.sequences.countUsers()).toBe(0);

    const control = { signal: new AbortController().signal, isStale: () => false, seek: () => undefined };
    await late.handle(fetchFrom(log, 0, 1), control);
    expect(await pipeline.sequences.countUsers()).toBe(1);

    let rewound: string | undefined;
    await owner.markers.check(log, (offset) => void (rewound = offset));
    expect(rewound).toBe('0');
    await owner.handle(fetchFrom(log, 0, 2), control);
    expect(await pipeline.sequences.countUsers()).toBe(0);
  });

  it('does not move past a batch that was acknowledged over a connection that has ended: the server may be another one', async () => {
    const pipeline = await openPipeline();
    const log = simulatePartition(
      0,
      Array.from({ length: 10 }, (_, index) => click(`u${index}`, `e${index}`, index)),
    );
    let steps = 0;
    const process = pipeline.start(async () => {
      steps += 1;
      // The batch is applied, its marker has not moved: the one of a server that never saw the batch is the same.
      if (steps !== 2) return;
      await pipeline.wipe();
      await endConnection(pipeline.redis);
    });
    await pipeline.consume(log, process, () => 0.9);
    expect(await pipeline.sequences.countUsers()).toBe(10);
    expect(await pipeline.offsets.read('clicks', 0)).toBe('9');
  });
});

async function endConnection(redis: RedisConnection): Promise<void> {
  const id = (await redis.commands.call(['CLIENT', 'ID'])) as number;
  const other = redis.duplicate();
  await other.ready(10_000);
  const before = redis.breaks();
  await other.commands.call(['CLIENT', 'KILL', 'ID', id]);
  await other.quit();
  await eventually(() => redis.breaks() > before);
  await redis.ready(10_000);
}
