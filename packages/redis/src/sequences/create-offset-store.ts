import type { RedisConnection } from '../connection/redis-connection.js';

/** Moved, or refused since another offset stands there (null: none): seek back to it and apply again. */
export type Advance = 'advanced' | { readonly refused: string | null };

/** The last applied offset of each partition: how lost writes of Redis are noticed. */
export interface OffsetStore {
  /** The marker, or null when there is none. */
  read(topic: string, partition: number): Promise<string | null>;
  /** Moves the marker from `expectedPrevious` to `next` in one step; one that stands at `next` already counts as advanced. */
  advance(topic: string, partition: number, expectedPrevious: string | null, next: string): Promise<Advance>;
  /** Sets the marker whatever it was (null removes it): for a topic that was made anew. */
  reset(topic: string, partition: number, offset: string | null): Promise<void>;
}

export function createOffsetStore(_redis: RedisConnection, _options: { readonly namespace: string }): OffsetStore {
  throw new Error('not built yet');
}
