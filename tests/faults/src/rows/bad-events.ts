import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { topicName } from '@click-recall/contracts';
import { formatOrigin, type OutgoingMessage, type TopicCompression } from '@click-recall/kafka';
import { createSequenceStore } from '@click-recall/redis';
import { startLoad } from '../load/click-load.js';
import { badMessages, oddClicks, type OddClick } from '../load/hostile-events.js';
import { publishAt } from '../load/publish-once.js';
import { openStateCheck, SMALL_KEEPS, SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import { readLetters } from '../replay/read-letters.js';
import type { Row, RowRun } from '../row.js';
import { damageBatchOf } from '../world/damage-log.js';
import { openWorld, type FaultPipeline, type World } from '../world/open-world.js';
import { runCli } from '../world/run-cli.js';

const CODECS: readonly TopicCompression[] = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'];

export const badEvents: Row = {
  letter: 'e',
  name: 'bad-events',
  fault: 'bad events of every kind, odd ids, 900 kB, damaged batches, each codec; ingest killed among them',
  promise: 'the partition goes on; each bad event is one dead letter, by origin; the CLI mends and replays it',
  rounds: 10,
  short: { rounds: 1 },
  async run(run) {
    const world = await openWorld(run, { persist: false });
    const first = run.random.below(CODECS.length);
    for (let round = 0; round < run.rounds; round += 1) {
      await breakIn(run, world, CODECS[(first + round) % CODECS.length] ?? 'uncompressed');
      run.roundDone();
    }
  },
};

async function breakIn(run: RowRun, world: World, compression: TopicCompression): Promise<void> {
  run.say(compression);
  const pipeline = await world.openPipeline({ env: SMALL_KEEPS_ENV, compression });
  const expected = new Map<string, string>();
  const odd = oddClicks(Date.now());
  const load = startLoad(pipeline, run.random, { rate: 100, itemRate: 10 });
  run.defer(() => load.stop());
  const victim = await pipeline.start('ingest');
  const sent = publishHostile(run, pipeline, odd, expected);
  await delay(run.random.between(0, 1_000));
  await victim.kill();
  await sent;
  await damageBatch(world, pipeline, expected);
  // Its readers see the log as ingest will, damage included.
  const check = await openStateCheck(pipeline, run);
  await pipeline.start('ingest');
  await load.stop();
  await check.equalsReplay(compression, { acknowledged: load.acknowledged() });
  await compareLetters(run, pipeline, expected, compression);
  await compareOdd(run, pipeline, odd, compression);
  await replayBad(run, pipeline, expected, compression);
  await check.equalsReplay(`${compression}, after the replay`);
  await Promise.all(pipeline.services.map((service) => service.kill()));
}

/** Bad ones a few times each, odd ones once, in any order; `expected` gets the reason of each origin that must be refused. */
async function publishHostile(
  { random }: RowRun,
  { client, namespace }: FaultPipeline,
  odd: readonly OddClick[],
  expected: Map<string, string>,
): Promise<void> {
  const good = odd.map(({ userId, value }) => ({ topic: 'clicks' as const, key: userId, value, reason: undefined }));
  const bad = badMessages(Date.now()).flatMap((each) => Array.from({ length: 1 + random.below(3) }, () => each));
  const mixed = [...good, ...bad].map((each) => [random.next(), each] as const).toSorted(([a], [b]) => a - b);
  const publisher = client.publisher();
  for (const [, { topic, value, reason, ...given }] of mixed) {
    const key = 'key' in given ? (given.key ?? null) : null;
    const origin = await publishAt(publisher, topicName(topic, namespace), { key, value });
    if (reason) expected.set(formatOrigin(origin), reason);
  }
}

/** Three batches in a row, of which the one in the middle is damaged on the disk while nobody reads. */
async function damageBatch(
  { folder }: World,
  { client, namespace }: FaultPipeline,
  expected: Map<string, string>,
): Promise<void> {
  const topic = topicName('clicks', namespace);
  const publisher = client.publisher();
  const batch = (name: string): OutgoingMessage[] =>
    ['a', 'b', 'c'].map((itemId) => ({
      key: 'damaged',
      value: JSON.stringify({ userId: name, itemId, timestamp: Date.now() }),
    }));
  await publisher.publish(topic, batch('before'));
  const [, , last] = await publisher.publish(topic, batch('lost'));
  await publisher.publish(topic, batch('behind'));
  if (!last) throw new Error('nobody says where the batch is');
  const origin = { topic, partition: last.partition, offset: BigInt(last.offset) };
  await damageBatchOf(join(folder, 'kafka'), origin);
  expected.set(formatOrigin(origin), 'unreadable-batch');
}

async function compareLetters(
  run: RowRun,
  pipeline: FaultPipeline,
  expected: ReadonlyMap<string, string>,
  when: string,
): Promise<void> {
  const { letters, written } = await readLetters(pipeline);
  run.say(`${when}: ${letters.size} letters in ${written} messages`);
  for (const [origin, reason] of expected) {
    const found = letters.get(origin)?.reason ?? 'nothing';
    if (found !== reason) run.violation(`${when}: ${origin} is refused for ${found}, expected ${reason}`);
  }
  for (const [origin, { reason, message }] of letters) {
    if (!expected.has(origin))
      run.violation(`${when}: ${origin} is refused for ${reason} (${message}), expected to be taken`);
  }
  const total = await countListed(pipeline);
  if (total !== expected.size) run.violation(`${when}: dead-letters list counts ${total}, expected ${expected.size}`);
}

/** Each odd user has the click that they made and no other, under the very id; those beside the damaged batch have theirs. */
async function compareOdd(
  run: RowRun,
  { redis, namespace }: FaultPipeline,
  odd: readonly OddClick[],
  when: string,
): Promise<void> {
  const { sequenceKeep: keep, seenKeep } = SMALL_KEEPS;
  const sequences = createSequenceStore(redis, { namespace, keep, seenKeep });
  const stored = await sequences.read(odd.map(({ userId }) => userId));
  for (const [place, { userId, itemId, timestamp }] of odd.entries()) {
    const found = stored[place]?.events.map((event) => ({ itemId: event.itemId, timestamp: event.timestamp }));
    if (!isDeepStrictEqual(found, [{ itemId, timestamp }]))
      run.violation(
        `${when}: ${JSON.stringify(userId)} has ${JSON.stringify(found)} for ${timestamp} on ${JSON.stringify(itemId)}`,
      );
  }
  for (const { userId, events } of await sequences.read(['before', 'behind'])) {
    const items = events.map(({ itemId }) => itemId).toSorted();
    if (items.join() !== 'a,b,c') run.violation(`${when}: ${userId} has ${items.join()} for a,b,c`);
  }
}

/** What was sent in seconds is mended and replayed, twice; the rest is refused again. */
async function replayBad(
  run: RowRun,
  pipeline: FaultPipeline,
  expected: ReadonlyMap<string, string>,
  when: string,
): Promise<void> {
  const count = [...expected.values()].filter((reason) => reason === 'timestamp-too-old').length;
  const mend = ['--patch', JSON.stringify({ timestamp: Date.now(), userId: 'mended' })];
  for (const [time, replayed] of [count, 0].entries()) {
    const { code, result, err } = await runJson(pipeline, [
      'dead-letters',
      'replay',
      '--reason',
      'timestamp-too-old',
      ...mend,
    ]);
    const got = result as { readonly replayed?: number; readonly before?: number } | undefined;
    if (code !== 0 || got?.replayed !== replayed || got.before !== count - replayed) {
      run.violation(
        `${when}: replay ${time + 1} ended with ${code} and ${JSON.stringify(result)} ${err}, expected ${replayed} replayed`,
      );
    }
  }
  const again = await runJson(pipeline, ['dead-letters', 'replay', '--reason', 'not-json']);
  if (again.code !== 1) run.violation(`${when}: bytes that are no JSON were replayed: ${JSON.stringify(again.result)}`);
  const left = await countListed(pipeline);
  if (left !== expected.size - count)
    run.violation(`${when}: ${left} letters are left after the replay, expected ${expected.size - count}`);
}

/** How many letters the command lists. */
async function countListed(pipeline: FaultPipeline): Promise<number | undefined> {
  const { result } = await runJson(pipeline, ['dead-letters', 'list', '--limit', '1']);
  return (result as { readonly total?: number } | undefined)?.total;
}

/** What the command says for scripts is its first line; remarks and errors follow. */
async function runJson(
  pipeline: FaultPipeline,
  args: readonly string[],
): Promise<{ code: number; result: unknown; err: string }> {
  const { code, text } = await runCli(pipeline, ['--json', ...args]);
  const [first = '', ...rest] = text.split('\n');
  return { code, result: JSON.parse(first) as unknown, err: rest.join('\n') };
}
