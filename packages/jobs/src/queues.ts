import { JOB_NAMES, type JobName } from '@click-recall/contracts';
import { Queue } from 'bullmq';
import { connectionOptions, type ConnectionSettings } from './connection.js';
import { queuePrefix, SCHEDULE_QUEUE } from './keys.js';

export type Queues = { readonly [N in JobName | typeof SCHEDULE_QUEUE]: Queue };

/** Every queue of a namespace. */
export function openQueues(
  settings: ConnectionSettings & { readonly namespace: string },
  onError: (error: Error) => void,
): Queues {
  const open = (name: string): Queue => {
    const queue = new Queue(name, {
      connection: connectionOptions(settings, 'producer'),
      prefix: queuePrefix(settings.namespace),
    });
    queue.on('error', onError);
    return queue;
  };
  return Object.fromEntries([...JOB_NAMES, SCHEDULE_QUEUE].map((name) => [name, open(name)])) as unknown as Queues;
}

export async function closeQueues(queues: Queues): Promise<void> {
  await Promise.all(Object.values(queues).map((queue) => queue.close()));
}
