import { setTimeout as delay } from 'node:timers/promises';
import { recommendationSchema, topicName, type Recommendation } from '@click-recall/contracts';
import type { Random } from '../random.js';
import { openLogReader } from '../replay/log-reader.js';
import type { RowRun } from '../row.js';
import type { LivePipeline } from '../world/open-live-pipeline.js';
import { recallAnswer } from './ask-recall.js';
import type { AnswerCheck } from './open-answer-check.js';

const PAUSE_MS = 30;
/** Messages that wait to be looked at; when so many do, others are let pass. */
const WAITING = 100;

export interface WatchedAnswers {
  /** Asks no more. */
  stop(): Promise<void>;
}

/** Asks recall all the while, and reads `recommendations`: every answer over HTTP and as many messages as there is time for are checked. */
export async function watchAnswers(
  pipeline: LivePipeline,
  check: AnswerCheck,
  random: Random,
  { violation, defer }: Pick<RowRun, 'violation' | 'defer'>,
): Promise<WatchedAnswers> {
  const { client, admin, namespace, first, userIds, itemIds } = pipeline;
  const waiting: Recommendation[] = [];
  await openLogReader({
    client,
    admin,
    topic: topicName('recommendations', namespace),
    onMessage: ({ value }) => {
      if (value === null || waiting.length >= WAITING) return;
      waiting.push(recommendationSchema.parse(JSON.parse(Buffer.from(value).toString())));
    },
    defer,
  });
  let stopped = false;

  const asks: readonly (() => Promise<void>)[] = [
    async () => {
      const session = Array.from({ length: 1 + random.below(5) }, () => random.pick(itemIds));
      await check.ofSession(
        session,
        await recallAnswer(first.recall, '/v1/recommendations', { itemIds: session, limit: 10 }),
      );
    },
    async () => {
      const userId = random.pick(userIds);
      await check.ofUser(userId, await recallAnswer(first.recall, `/v1/users/${userId}/recommendations?limit=10`));
    },
    async () => {
      const itemId = random.pick(itemIds);
      await check.ofItem(itemId, await recallAnswer(first.recall, `/v1/items/${itemId}/similar?limit=10`));
    },
    async () => {
      const message = waiting.shift();
      if (message) await check.ofUser(message.userId, message);
    },
  ];

  async function go(once: () => Promise<void>): Promise<void> {
    while (!stopped) {
      await once().catch((error: unknown) => violation(`an answer: ${String(error)}`));
      await delay(PAUSE_MS);
    }
  }
  const going = Promise.all(asks.map(go));
  const stop = async (): Promise<void> => {
    stopped = true;
    await going;
  };
  defer(stop);
  return { stop };
}
