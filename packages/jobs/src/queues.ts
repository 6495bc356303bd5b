import { JOB_NAMES, type JobName } from '@click-recall/contracts';
import { RetriableError, within } from '@click-recall/runtime';
import { Queue } from 'bullmq';
import { closeWithin } from './close-within.js';
import { address, type ConnectionSettings, type Connector } from './connection.js';
import { queuePrefix, SCHEDULE_QUEUE } from './keys.js';

/** A call waits so long for the first connection; later ones give up after a few attempts by themselves. */
const CONNECT_MS = 5_000;
/** Closing takes a round trip. */
export const CLOSE_MS = 1_000;

export type Queues = { readonly [N in JobName | typeof SCHEDULE_QUEUE]: Queue };

/** Every queue of a namespace. */
export function openQueues(connector: Connector, namespace: string, onError: (error: Error) => void): Queues {
  const open = (name: string): Queue => {
    const queue = new Queue(name, {
      connection: connector.for('producer'),
      prefix: queuePrefix(namespace),
    });
    queue.on('error', onError);
    return queue;
  };
  return Object.fromEntries([...JOB_NAMES, SCHEDULE_QUEUE].map((name) => [name, open(name)])) as unknown as Queues;
}

/** The queue once it is connected. Throws a RetriableError where Redis is away. */
export async function connected(queue: Queue, settings: ConnectionSettings): Promise<Queue> {
  const late = (): Error => new RetriableError(`Redis at ${address(settings)} does not answer`);
  await within(CONNECT_MS, queue.waitUntilReady(), late);
  return queue;
}

export async function closeQueues(queues: Queues): Promise<void> {
  await Promise.all(Object.values(queues).map((queue) => closeWithin(CLOSE_MS, queue)));
}
