import type { Metrics, RankerMetrics } from '@click-recall/contracts';
import type { PipelineAccess } from '@click-recall/infra';
import type { QueueCounts } from '@click-recall/jobs';
import { problemOf, type Target } from '../target.js';
import { readServices, type ServiceStatus } from './read-services.js';
import { readTopics, type TopicStatus } from './read-topics.js';

export interface Status {
  readonly namespace: string;
  readonly services: readonly ServiceStatus[];
  /** Null where the server does not answer; `problems` says so. */
  readonly topics: readonly TopicStatus[] | null;
  readonly queues: QueueCounts | null;
  readonly users: number | null;
  /** Null: none is live, or Redis does not answer. */
  readonly model: {
    readonly version: string;
    readonly activatedAt: number;
    readonly previous: string | null;
    readonly metrics: Metrics | undefined;
    /** Items that the model has not seen, in its index by their titles and categories; null: it has no mapping for them. */
    readonly newItems: number | null;
    /** Null: what is recalled is not re-ranked. */
    readonly ranker: { readonly version: string; readonly metrics: RankerMetrics | undefined } | null;
  } | null;
  readonly training: { readonly flow: string; readonly state: string; readonly failure: string | undefined } | null;
  readonly problems: readonly string[];
}

/** Everything there is to know at a glance; what does not answer is left out and said. */
export async function readStatus(pipeline: PipelineAccess, target: Target): Promise<Status> {
  const { namespace } = target.config;
  const [kafka, redis, services] = await Promise.all([
    problemOf('kafka', pipeline, target),
    problemOf('redis', pipeline, target),
    readServices(target),
  ]);
  const [topics, state] = await Promise.all([
    kafka === undefined ? readTopics(pipeline.admin, namespace) : null,
    redis === undefined ? readRedis(pipeline) : null,
  ]);
  const silent = services.filter((service) => service.state === 'does not answer');
  return {
    namespace,
    services,
    topics,
    queues: state?.queues ?? null,
    users: state?.users ?? null,
    model: state?.model ?? null,
    training: state?.training ?? null,
    problems: [kafka, redis, ...silent.map(({ name, address }) => `${name} at ${address} does not answer`)].filter(
      (problem) => problem !== undefined,
    ),
  };
}

async function readRedis({ jobs, sequences, activation, models, rankers, coldVectors }: PipelineAccess) {
  const [queues, users, live, flow] = await Promise.all([
    jobs.counts(),
    sequences.countUsers(),
    activation.read(),
    jobs.currentTraining(),
  ]);
  const record = live ? await models.get(live.encoder) : undefined;
  const ranker = live?.ranker ? { version: live.ranker, metrics: (await rankers.get(live.ranker))?.metrics } : null;
  return {
    queues,
    users,
    model: live && {
      version: live.encoder,
      activatedAt: live.activatedAt,
      previous: live.previous,
      metrics: record?.metrics,
      newItems: live.mapping ? await coldVectors.count(live.encoder) : null,
      ranker,
    },
    training: flow ? { flow: flow.id, state: flow.state, failure: flow.failure?.message } : null,
  };
}
