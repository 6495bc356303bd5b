import { consumeRecommendations } from '@click-recall/client';
import { topicName, type TopicName } from '@click-recall/contracts';
import { formatOrigin, readTopic, type OutgoingMessage } from '@click-recall/kafka';
import { createItemStore, createRecordClient, createSequenceStore, type ItemStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { publishAt, publishOnce } from '../load/publish-once.js';
import { SMALL_KEEPS } from '../replay/open-state-check.js';
import { readLetters } from '../replay/read-letters.js';
import { untilApplied } from '../replay/unapplied.js';
import type { Row, RowRun } from '../row.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld } from '../world/open-world.js';
import { runCli } from '../world/run-cli.js';

const READ_WITHIN_MS = 60_000;
/** What a message of an unknown version is about. */
const LATER_ITEM = 'i';
const ADDED = { addedLater: { nested: ['of', 'any', 1, 'kind'] }, another: null };

export const rollingUpgrade: Row = {
  letter: 'o',
  name: 'rolling-upgrade',
  fault: 'messages of later writers: added fields, on every topic; to services, a version that nobody here knows',
  promise:
    'added fields are read over, on every topic; an unknown version is a dead letter, to be replayed; the partition goes on',
  rounds: 3,
  async run(run) {
    const world = await openWorld(run, { persist: false });
    const pipeline = await openLivePipeline(world, run);
    const { namespace, redis, logger } = pipeline;
    const records = createRecordClient({ url: `redis://${world.redis.address}`, cluster: false, logger });
    run.defer(() => records.close());
    const items = createItemStore(records, redis, { namespace });
    for (let round = 1; round <= run.rounds; round += 1) {
      await writeAsLater(run, pipeline, items, round);
      run.roundDone();
    }
  },
};

async function writeAsLater(run: RowRun, pipeline: LivePipeline, items: ItemStore, round: number): Promise<void> {
  const { client, namespace, itemIds } = pipeline;
  const publisher = client.publisher();
  const full = (topic: TopicName): string => topicName(topic, namespace);
  const userId = `upgraded-${round}`;
  const send = (topic: TopicName, key: string, value: object) =>
    publisher.publish(full(topic), [{ key, value: JSON.stringify(value) }]);
  const recommended = (revision: number) =>
    newest(pipeline, 'recommendations', userId, ({ sequenceRevision }) => Number(sequenceRevision) >= revision);

  const item = { itemId: `later-${round}`, title: `of a later version, ${round}` };
  await send('items', item.itemId, { ...item, ...ADDED });
  for (const itemId of itemIds.slice(0, 5)) {
    await send('clicks', userId, { userId, itemId, timestamp: Date.now(), context: {}, ...ADDED });
  }
  await untilApplied(pipeline);
  const [kept] = await items.get([item.itemId]);
  if (kept?.title !== item.title)
    run.violation(`round ${round}: the item of a later writer is ${JSON.stringify(kept)}`);

  // The messages between services, as a later ingest and embedder would write them.
  const update = await newest(pipeline, 'sequence-updates', userId, () => true);
  const eventId = `later-${round}`;
  const cause = { ...(update['cause'] as object), eventId };
  await send('sequence-updates', userId, { ...update, cause, ...ADDED });
  const vector = await newest(pipeline, 'user-vectors', userId, (of) => isCausedBy(of, eventId));
  const revision = Number(vector['sequenceRevision']) + 1;
  await send('user-vectors', userId, { ...vector, sequenceRevision: revision, ...ADDED });
  const list = await recommended(revision);

  // Those that services outside and operators read, as a later recall and a later writer of letters would write them.
  const reader = `read-${round}`;
  await send('recommendations', reader, { ...list, userId: reader, ...ADDED });
  await clientReads(run, pipeline, reader, round);

  const future: [TopicName, OutgoingMessage][] = (['clicks', 'items', 'sequence-updates', 'user-vectors'] as const).map(
    (topic) => [
      topic,
      {
        key: userId,
        value: JSON.stringify({ ...update, ...vector, version: 2, itemId: LATER_ITEM, timestamp: Date.now() }),
      },
    ],
  );
  const expected = new Set<string>();
  for (const [topic, message] of future) {
    expected.add(formatOrigin(await publishAt(publisher, full(topic), message)));
  }
  const [click = ''] = expected;
  expected.add(await writeLaterLetter(pipeline, round));
  await compareLetters(run, pipeline, expected, round);
  await commandReads(run, pipeline, expected, round);
  // The partitions go on behind them.
  await send('clicks', userId, { userId, itemId: itemIds.at(-1), timestamp: Date.now() });
  await recommended(revision + 1);
  await replayedAsKnown(run, pipeline, click, userId, round);
}

function isCausedBy({ cause }: Record<string, unknown>, eventId: string): boolean {
  return (cause as { readonly eventId?: string } | undefined)?.eventId === eventId;
}

/** The client library hands on what is recommended to this user. */
async function clientReads(
  run: RowRun,
  { env, namespace, logger }: LivePipeline,
  userId: string,
  round: number,
): Promise<void> {
  const readers = new Set<string>();
  const consumption = await consumeRecommendations({
    brokers: [env['KAFKA_BROKERS'] ?? ''],
    namespace,
    logger,
    groupId: `${namespace}.reader-${round}`,
    fromBeginning: true,
    onRecommendation: (recommendation) => void readers.add(recommendation.userId),
    onError: (error) => run.violation(`round ${round}: the client library ended with ${error.message}`),
  });
  await eventually(() => readers.has(userId), { deadlineMs: READ_WITHIN_MS }).catch(() =>
    run.violation(`round ${round}: the client library leaves out the recommendation of a later writer`),
  );
  await consumption.close();
}

/** A letter with a header more, of a message that nobody has; answers its origin. */
async function writeLaterLetter({ client, namespace }: LivePipeline, round: number): Promise<string> {
  const source = { topic: topicName('clicks', namespace), partition: 0, offset: 1_000_000n + BigInt(round) };
  const headers = {
    ...{ reason: 'unsupported-version', field: 'version', message: 'of a later writer', service: 'ingest' },
    'source-topic': source.topic,
    'source-partition': String(source.partition),
    'source-offset': String(source.offset),
    'added-later': 'of any kind',
  };
  await publishOnce({ client, namespace }, 'dead-letters', [{ key: null, value: JSON.stringify(ADDED), headers }]);
  return formatOrigin(source);
}

/** The command lists each of these letters. */
async function commandReads(
  run: RowRun,
  pipeline: LivePipeline,
  expected: ReadonlySet<string>,
  round: number,
): Promise<void> {
  const { code, text } = await runCli(pipeline, ['--json', 'dead-letters', 'list', '--all', '--limit', '1000']);
  for (const origin of expected) {
    if (!text.includes(`"${shortOf(pipeline, origin)}"`))
      run.violation(`round ${round}: dead-letters list does not show ${origin}, and ends with ${code}: ${text}`);
  }
}

/** Replayed in a version that is known, in the place of the upgrade, the click is applied. */
async function replayedAsKnown(
  run: RowRun,
  pipeline: LivePipeline,
  origin: string,
  userId: string,
  round: number,
): Promise<void> {
  const mend = ['--patch', JSON.stringify({ version: 1 })];
  const { code, text } = await runCli(pipeline, ['dead-letters', 'replay', shortOf(pipeline, origin), ...mend]);
  if (code !== 0) run.violation(`round ${round}: dead-letters replay ended with ${code}: ${text}`);
  await untilApplied(pipeline);
  const { sequenceKeep: keep, seenKeep } = SMALL_KEEPS;
  const sequences = createSequenceStore(pipeline.redis, { namespace: pipeline.namespace, keep, seenKeep });
  const [sequence] = await sequences.read([userId]);
  if (!sequence?.events.some(({ itemId }) => itemId === LATER_ITEM))
    run.violation(`round ${round}: the replayed click is not in the sequence`);
}

/** The origin of a letter as the command writes it. */
function shortOf({ namespace }: LivePipeline, origin: string): string {
  return origin.slice(topicName('clicks', namespace).length - 'clicks'.length);
}

/** Of this round just those that are of the unknown version are letters. */
async function compareLetters(
  run: RowRun,
  pipeline: LivePipeline,
  expected: ReadonlySet<string>,
  round: number,
): Promise<void> {
  let found = new Map<string, string>();
  const complete = async (): Promise<boolean> => {
    const { letters } = await readLetters(pipeline);
    found = new Map([...letters].map(([origin, { reason }]) => [origin, reason]));
    return [...expected].every((origin) => found.get(origin) === 'unsupported-version');
  };
  await eventually(complete, { deadlineMs: 60_000, everyMs: 500 }).catch(() => {
    run.violation(`round ${round}: expected letters of ${[...expected].join(', ')}, found ${[...found].join(' ')}`);
  });
  const others = [...found.values()].filter((reason) => reason !== 'unsupported-version');
  if (others.length > 0 || found.size !== expected.size * round) {
    run.violation(
      `round ${round}: ${found.size} letters, expected ${expected.size * round}; others: ${others.join(', ')}`,
    );
  }
}

/** The newest message of a user on a topic, once it is the one that is waited for. */
async function newest(
  { client, namespace }: LivePipeline,
  topic: TopicName,
  userId: string,
  isIt: (message: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  let last: Record<string, unknown> | undefined;
  const look = async (): Promise<boolean> => {
    await readTopic(client, {
      topic: topicName(topic, namespace),
      groupPrefix: `${namespace}.look`,
      onBatch({ messages }) {
        for (const { key, value } of messages) {
          if (key === userId && value) last = JSON.parse(Buffer.from(value).toString()) as Record<string, unknown>;
        }
      },
    });
    return last !== undefined && isIt(last);
  };
  await eventually(look, { deadlineMs: 60_000, everyMs: 500 }).catch((error: unknown) => {
    const seen = last ? `the newest is ${JSON.stringify({ ...last, vector: undefined })}` : 'there is none';
    throw new Error(`${topic} of ${userId}: what was waited for has not come, ${seen}`, { cause: error });
  });
  return last ?? {};
}
