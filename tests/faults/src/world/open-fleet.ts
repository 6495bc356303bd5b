import { randomUUID } from 'node:crypto';
import type { HttpBody, HttpCall } from '../load/http-load.js';
import type { RowRun } from '../row.js';
import type { FaultService, FaultServiceName } from './fault-service.js';
import { openLivePipeline, type LivePipeline, type LivePipelineOptions } from './open-live-pipeline.js';
import type { World } from './open-world.js';

export const FLEET = ['ingest', 'trainer', 'embedder', 'recall', 'console'] as const satisfies FaultServiceName[];

/** A live pipeline with one process of every service, the console included. */
export interface Fleet {
  readonly live: LivePipeline;
  /** The process that a service runs in now. */
  readonly service: (name: FaultServiceName) => FaultService;
  /** Starts another one in the place of one that has ended. */
  replace(name: FaultServiceName): Promise<FaultService>;
  /** What callers ask of a service, all of it allowed to them. */
  calls(name: FaultServiceName): HttpCall[];
  /** Event ids of the clicks that ingest has taken from these callers: answered 202. */
  readonly taken: ReadonlySet<string>;
}

const CONSOLE_PASSWORD = 'a-password-for-tests';

export async function openFleet(
  world: World,
  run: Pick<RowRun, 'defer' | 'say'>,
  options: LivePipelineOptions = {},
): Promise<Fleet> {
  const live = await openLivePipeline(world, run, { ...options, env: { ...options.env, CONSOLE_PASSWORD } });
  const running: Record<FaultServiceName, FaultService> = { ...live.first, console: await live.start('console') };
  const service = (name: FaultServiceName): FaultService => running[name];
  const taken = new Set<string>();
  return {
    live,
    service,
    taken,
    replace: async (name) => (running[name] = await live.start(name)),
    calls(name) {
      const { url } = service(name);
      switch (name) {
        case 'ingest':
          return [{ url: `${url}/v1/clicks`, method: 'POST', body: () => clickOf(live, taken) }];
        case 'recall':
          return [
            { url: `${url}/v1/users/${live.userIds[0]}/recommendations` },
            { url: `${url}/v1/items/${live.itemIds[0]}/similar` },
          ];
        case 'console':
          return [{ url: `${url}/queues/api/queues`, credentials: `admin:${CONSOLE_PASSWORD}` }];
        case 'trainer':
        case 'embedder':
          return [{ url: `${url}/metrics` }];
      }
    },
  };
}

/** A click under an id of its own, noted once it is taken. */
function clickOf({ userIds, itemIds }: LivePipeline, taken: Set<string>): HttpBody {
  const now = Date.now();
  const [userId, itemId, eventId] = [userIds[now % userIds.length], itemIds[now % itemIds.length], randomUUID()];
  return {
    json: { userId, itemId, timestamp: now, eventId },
    onAnswer: (status) => {
      if (status === 202) taken.add(eventId);
    },
  };
}
