import {
  topicName,
  type ColdStartMetrics,
  type Metrics,
  type RankerMetrics,
  type RecommendationsAnswer,
} from '@click-recall/contracts';
import type { PipelineAccess } from '../access.js';
import type { ReplayNote } from './replayed.js';

/** What `npm start -- --json FILE` writes. */
export interface Summary {
  readonly events: {
    /** Rows of the file. */
    readonly read: number;
    /** Rows published as clicks. */
    readonly published: number;
    /** Clicks in the sequences. */
    readonly applied: number;
    /** Rows that were no events, and messages that became dead letters. */
    readonly rejected: number;
    /** Clicks that newer ones pushed out of a full sequence. */
    readonly droppedByCap: number;
  };
  readonly users: number;
  readonly items: number;
  readonly metrics: Pick<Metrics, 'hr10' | 'ndcg10' | 'popularity' | 'markov'> | null;
  readonly modelVersion: string | null;
  /** Items that the live model has not seen and that have a vector by what is known of them; null where it has no mapping for them. */
  readonly newItems: { readonly count: number; readonly metrics: ColdStartMetrics | null } | null;
  /** The newest ranker of the live model, and whether it is live; null where none was trained. */
  readonly ranker: { readonly version: string; readonly live: boolean; readonly metrics: RankerMetrics } | null;
  /** Messages on `recommendations`. */
  readonly recommendations: number;
  /** recall@100 of the live index against the exact scan, as found when it was built; null when that job is no longer kept. */
  readonly indexRecall: number | null;
  readonly seconds: number;
}

/** Collects the figures of a pipeline that has caught up. */
export async function summarise(
  pipeline: PipelineAccess,
  namespace: string,
  replayed: ReplayNote,
  seconds: number,
): Promise<Summary> {
  const [totals, items, activation, recommendations, deadLetters] = await Promise.all([
    pipeline.sequences.totals(),
    pipeline.items.count(),
    pipeline.activation.read(),
    messagesOn(pipeline, topicName('recommendations', namespace)),
    messagesOn(pipeline, topicName('dead-letters', namespace)),
  ]);
  const model = activation ? await pipeline.models.get(activation.encoder) : undefined;
  const [ranker] = activation ? await pipeline.rankers.list(activation.encoder) : [];
  const built = (await pipeline.jobs.recent('embed', KEPT_JOBS)).find(
    ({ result }) => result?.modelVersion === activation?.encoder,
  );
  const { hr10, ndcg10, popularity, markov } = model?.metrics ?? {};
  return {
    events: {
      read: replayed.read,
      published: replayed.published,
      applied: totals.applied,
      rejected: replayed.rejected + deadLetters,
      droppedByCap: totals.droppedByCap,
    },
    users: totals.users,
    items,
    metrics:
      hr10 !== undefined && ndcg10 !== undefined && popularity && markov ? { hr10, ndcg10, popularity, markov } : null,
    modelVersion: activation?.encoder ?? null,
    ranker: ranker
      ? { version: ranker.version, live: activation?.ranker === ranker.version, metrics: ranker.metrics }
      : null,
    newItems: activation?.mapping
      ? { count: await pipeline.coldVectors.count(activation.encoder), metrics: model?.metrics?.coldStart ?? null }
      : null,
    recommendations,
    indexRecall: built?.result?.indexRecall ?? null,
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** As many as a queue keeps. */
const KEPT_JOBS = 100;

async function messagesOn(pipeline: PipelineAccess, topic: string): Promise<number> {
  const [starts, ends] = await Promise.all([
    pipeline.admin.topicStartOffsets(topic),
    pipeline.admin.topicEndOffsets(topic),
  ]);
  return [...ends].reduce((sum, [partition, end]) => sum + Number(end - (starts.get(partition) ?? 0n)), 0);
}

/** A user for people to look at: titles clicked last, newest first, and titles recommended. */
export interface Example {
  readonly userId: string;
  readonly clicked: readonly string[];
  readonly recommended: readonly string[];
  /** The same without the ranker; absent where none had a part in it. */
  readonly recalled?: readonly string[];
}

/** A few users with what they clicked last and what recall answers over HTTP. */
export async function examples(
  pipeline: PipelineAccess,
  recallUrl: string,
  headers: Record<string, string>,
): Promise<Example[]> {
  const users = await pipeline.sequences.recentUsers(EXAMPLES);
  const sequences = await pipeline.sequences.read(users, TITLES);
  return Promise.all(
    sequences.map(async ({ userId, events }) => {
      const clicked = events.map(({ itemId }) => itemId).toReversed();
      const known = await pipeline.items.get(clicked);
      const url = `${recallUrl}/v1/users/${encodeURIComponent(userId)}/recommendations?limit=${TITLES}`;
      const { items, rankerVersion } = await ask(url, headers);
      return {
        userId,
        clicked: clicked.map((itemId, index) => known[index]?.title ?? itemId),
        recommended: titlesOf(items),
        ...(rankerVersion !== null && { recalled: titlesOf((await ask(`${url}&rank=false`, headers)).items) }),
      };
    }),
  );
}

async function ask(url: string, headers: Record<string, string>): Promise<RecommendationsAnswer> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as RecommendationsAnswer;
}

function titlesOf(items: RecommendationsAnswer['items']): string[] {
  return items.map(({ itemId, title }) => title ?? itemId);
}

const EXAMPLES = 3;
const TITLES = 5;
