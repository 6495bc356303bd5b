import { topicName, type TopicName } from '@click-recall/contracts';
import { formatOrigin, readTopic, type OutgoingMessage } from '@click-recall/kafka';
import { eventually } from '@click-recall/testing';
import { publishAt } from '../load/publish-once.js';
import { readLetters } from '../replay/read-letters.js';
import { untilApplied } from '../replay/unapplied.js';
import type { Row, RowRun } from '../row.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld } from '../world/open-world.js';

const ADDED = { addedLater: { nested: ['of', 'any', 1, 'kind'] }, another: null };

export const rollingUpgrade: Row = {
  letter: 'o',
  name: 'rolling-upgrade',
  fault: 'messages of later writers on every topic: added fields, and a version that nobody here knows',
  promise: 'added fields are read over, on every topic; an unknown version is a dead letter and the partition goes on',
  rounds: 3,
  async run(run) {
    const world = await openWorld(run, { persist: false });
    const pipeline = await openLivePipeline(world, run);
    for (let round = 1; round <= run.rounds; round += 1) {
      await writeAsLater(run, pipeline, round);
      run.roundDone();
    }
  },
};

async function writeAsLater(run: RowRun, pipeline: LivePipeline, round: number): Promise<void> {
  const { client, namespace, itemIds } = pipeline;
  const publisher = client.publisher();
  const full = (topic: TopicName): string => topicName(topic, namespace);
  const userId = `upgraded-${round}`;
  const send = (topic: TopicName, key: string, value: object) =>
    publisher.publish(full(topic), [{ key, value: JSON.stringify(value) }]);
  const recommended = (revision: number) => newest(pipeline, 'recommendations', userId, 'sequenceRevision', revision);

  await send('items', 'later', { itemId: 'later', title: 'of a later version', ...ADDED });
  for (const itemId of itemIds.slice(0, 5)) {
    await send('clicks', userId, { userId, itemId, timestamp: Date.now(), context: {}, ...ADDED });
  }
  await untilApplied(pipeline);
  const first = await recommended(0);

  // The messages between services, as a later ingest and embedder would write them.
  const update = await newest(pipeline, 'sequence-updates', userId, 'revision', 0);
  await send('sequence-updates', userId, { ...update, ...ADDED });
  const vector = await newest(pipeline, 'user-vectors', userId, 'sequenceRevision', 0);
  const revision = Number(first['sequenceRevision']) + 1;
  await send('user-vectors', userId, { ...vector, sequenceRevision: revision, ...ADDED });
  await recommended(revision);

  const future: [TopicName, OutgoingMessage][] = (['clicks', 'items', 'sequence-updates', 'user-vectors'] as const).map(
    (topic) => [
      topic,
      { key: userId, value: JSON.stringify({ ...update, ...vector, version: 2, itemId: 'i', timestamp: Date.now() }) },
    ],
  );
  const expected = new Set<string>();
  for (const [topic, message] of future) {
    expected.add(formatOrigin(await publishAt(publisher, full(topic), message)));
  }
  await compareLetters(run, pipeline, expected, round);
  // The partitions go on behind them.
  await send('clicks', userId, { userId, itemId: itemIds.at(-1), timestamp: Date.now() });
  await recommended(revision + 1);
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

/** The newest message of a user on a topic, once there is one whose revision is not below `least`. */
async function newest(
  { client, namespace }: LivePipeline,
  topic: TopicName,
  userId: string,
  field: string,
  least: number,
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
    return last !== undefined && Number(last[field]) >= least;
  };
  await eventually(look, { deadlineMs: 60_000, everyMs: 500 }).catch((error: unknown) => {
    const seen = last ? `the newest has ${String(last[field])}` : 'there is none';
    throw new Error(`${topic} of ${userId}: expected ${field} from ${least} on, ${seen}`, { cause: error });
  });
  return last ?? {};
}
