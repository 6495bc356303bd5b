import { readdir } from 'node:fs/promises';
import type { FaultPipeline } from '../world/open-world.js';
import type { FaultService } from '../world/fault-service.js';
import type { Series } from './growth.js';

const MB = 1024 * 1024;

interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly share: number;
  readonly slack: number;
  readonly read: () => Promise<number>;
}

/** Looks at memory, tensors, connections and Redis, as often as `take` is called. */
export interface Samples {
  take(): Promise<void>;
  series(): readonly Series[];
}

export function openSamples(redis: FaultPipeline['redis'], services: readonly FaultService[]): Samples {
  const figures = [...services.flatMap(figuresOf), ...figuresOfRedis(redis)];
  const values = figures.map((): number[] => []);
  return {
    async take() {
      const now = await Promise.all(figures.map(({ read }) => read().catch(() => NaN)));
      now.forEach((value, place) => values[place]?.push(value));
    },
    series: () => figures.map((figure, place) => ({ ...figure, values: values[place] ?? [] })),
  };
}

function figuresOf(service: FaultService): Figure[] {
  const { name } = service;
  const holdsModels = name === 'embedder' || name === 'recall';
  return [
    {
      name: `heap of ${name}`,
      unit: 'MB',
      share: 0.25,
      slack: 10,
      read: async () => positive(await service.metric('nodejs_heap_size_used_bytes')) / MB,
    },
    { name: `resident memory of ${name}`, unit: 'MB', share: 0.2, slack: 40, read: () => service.residentMb() },
    {
      name: `open files and connections of ${name}`,
      unit: '',
      share: 0,
      slack: 4,
      read: async () => (await readdir(`/proc/${service.pid}/fd`)).length,
    },
    ...(holdsModels
      ? [
          {
            name: `tensors of ${name}`,
            unit: '',
            share: 0,
            slack: 0,
            read: async () => positive(await service.metric('click_recall_tensors')),
          },
        ]
      : []),
  ];
}

function figuresOfRedis({ commands }: FaultPipeline['redis']): Figure[] {
  const info = async (section: string, field: string): Promise<number> => {
    const text = String(await commands.call(['INFO', section]));
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1] ?? NaN);
  };
  return [
    // The users and their sequences are of one size all the time, so all growth is beyond the data.
    {
      name: 'memory of Redis',
      unit: 'MB',
      share: 0.1,
      slack: 5,
      read: async () => (await info('memory', 'used_memory')) / MB,
    },
    { name: 'connections of Redis', unit: '', share: 0, slack: 3, read: () => info('clients', 'connected_clients') },
    {
      name: 'keys of Redis',
      unit: '',
      share: 0.02,
      // Of each model version and its jobs some records are kept.
      slack: 200,
      read: async () => Number(await commands.call(['DBSIZE'])),
    },
  ];
}

/** A gauge that was not reported reads as 0. */
function positive(value: number): number {
  return value > 0 ? value : NaN;
}
