import type { RedisCommands } from './commands.js';
import { RedisOutOfMemoryError, RedisUnavailableError } from './errors.js';

/** Whether a server takes writes, as far as its memory goes. */
export interface MemoryWatch {
  /** It has refused one of ours. */
  refused(): void;
  /**
   * Rejects with a RedisOutOfMemoryError when a server is at its `maxmemory` now, or has refused a write a moment ago. A server that is away or
   * may not be asked is not judged.
   */
  check(servers: readonly RedisCommands[]): Promise<void>;
}

/** A server at its limit is now below it and now above; longer than a consumer waits between two tries. */
const REMEMBER_MS = 10_000;

export function createMemoryWatch(address: string, now: () => number = Date.now): MemoryWatch {
  let refusedAt = -Infinity;
  return {
    refused: () => void (refusedAt = now()),
    async check(servers) {
      for (const memory of await Promise.all(servers.map(memoryOf))) {
        if (memory && isFull(memory)) throw new RedisOutOfMemoryError(address, shown(memory));
      }
      if (now() - refusedAt < REMEMBER_MS) throw new RedisOutOfMemoryError(address);
    },
  };
}

/** Bytes. */
interface Memory {
  readonly used: number;
  /** Part of `used` that does not count: buffers of the append-only file and of replicas. */
  readonly uncounted: number;
  /** 0: no limit. */
  readonly limit: number;
}

async function memoryOf(server: RedisCommands): Promise<Memory | undefined> {
  try {
    const info = String(await server.call(['INFO', 'memory']));
    const figure = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    return { used: figure('used_memory'), uncounted: figure('mem_not_counted_for_evict'), limit: figure('maxmemory') };
  } catch (error) {
    // Away: told by whoever watches the connection. Or not ours to ask: then its refusals are all we know.
    if (error instanceof RedisUnavailableError || (error instanceof Error && / NOPERM\b/.test(error.message)))
      return undefined;
    throw error;
  }
}

function isFull({ used, uncounted, limit }: Memory): boolean {
  return limit > 0 && used - uncounted > limit;
}

function shown({ used, limit }: Memory): string {
  return ` (${used} bytes used, maxmemory ${limit})`;
}
