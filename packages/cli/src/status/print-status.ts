import { JOB_NAMES } from '@click-recall/contracts';
import { describeRankerMetrics } from '@click-recall/infra';
import type { QueueCounts } from '@click-recall/jobs';
import { formatTable } from '../format-table.js';
import type { Status } from './read-status.js';
import type { ServiceStatus } from './read-services.js';
import type { TopicStatus } from './read-topics.js';

/** A status for people: a table each for services, topics and queues, then the model. */
export function printStatus(status: Status): string {
  const { services, topics, queues, problems } = status;
  const parts = [
    servicesTable(services),
    topics && topicsTable(topics),
    queues && queuesTable(queues),
    queues && modelLines(status),
    problems.length > 0 && problems.map((problem) => `! ${problem}`).join('\n'),
  ];
  return parts.filter((part) => typeof part === 'string').join('\n\n');
}

function servicesTable(services: readonly ServiceStatus[]): string {
  return formatTable<ServiceStatus>(
    [
      { head: 'service', cell: ({ name }) => name },
      { head: 'address', cell: ({ address }) => address },
      {
        head: 'state',
        cell: ({ state, waitingFor }) =>
          waitingFor.length > 0 ? `${state}: waits for ${waitingFor.join(', ')}` : state,
      },
    ],
    services,
  );
}

function topicsTable(topics: readonly TopicStatus[]): string {
  return formatTable<TopicStatus>(
    [
      { head: 'topic', cell: ({ topic }) => topic },
      { head: 'messages', cell: ({ messages }) => messages ?? '-' },
      {
        head: 'lag',
        cell: ({ messages, lag }) =>
          messages === undefined
            ? 'does not exist'
            : lag.map((each) => `${each.service} ${each.messages.toLocaleString('en-US')}`).join(', '),
      },
    ],
    topics,
  );
}

function queuesTable(queues: QueueCounts): string {
  const states = ['active', 'waiting', 'waiting-children', 'delayed', 'failed', 'completed'] as const;
  return formatTable(
    [
      { head: 'queue', cell: (name) => (queues[name].paused ? `${name} (paused)` : name) },
      ...states.map((state) => ({ head: state, cell: (name: (typeof JOB_NAMES)[number]) => queues[name][state] })),
    ],
    JOB_NAMES,
  );
}

function rankerText(ranker: NonNullable<Status['model']>['ranker']): string {
  if (!ranker) return 'none is live: items stay in the order recalled';
  return ranker.metrics ? `${ranker.version}, ${describeRankerMetrics(ranker.metrics)}` : ranker.version;
}

function newItemsText({ newItems, metrics }: NonNullable<Status['model']>): string {
  if (newItems === null) return 'have no vectors: the model has no mapping for them';
  const { recall100, others100 } = metrics?.coldStart ?? {};
  const found =
    recall100 === undefined || others100 === undefined
      ? ''
      : `; such are among the first 100 of ${(100 * recall100).toFixed(1)} % of those who click them, of ${(100 * others100).toFixed(1)} % of others`;
  return `${newItems.toLocaleString('en-US')} in the index${found}`;
}

function modelLines({ users, model, training }: Status): string {
  const since = model && new Date(model.activatedAt).toISOString().slice(0, 19).replace('T', ' ');
  const quality =
    model?.metrics && `, HR@10 ${model.metrics.hr10.toFixed(4)}, NDCG@10 ${model.metrics.ndcg10.toFixed(4)}`;
  const lines = [
    `users     ${users?.toLocaleString('en-US') ?? '-'}`,
    model
      ? `model     ${model.version}, live since ${since} UTC${quality ?? ''}`
      : 'model     none is live: popular items are recommended',
    model && `new items ${newItemsText(model)}`,
    model && `ranker    ${rankerText(model.ranker)}`,
    training &&
      `training  ${training.state}${training.failure === undefined ? '' : `: ${training.failure}`} (flow ${training.flow})`,
  ];
  return lines.filter((line) => typeof line === 'string').join('\n');
}
