import type { RedisCommands } from './commands.js';

/** What the connection is doing; `unreachable` is retried with backoff for ever. */
export type RedisState = 'connecting' | 'ready' | 'unreachable' | 'closed';

/** One place of a server to connect to; opaque to everybody but the stores. */
export interface RedisConnection {
  /** Address without a secret, for messages. */
  readonly address: string;
  /** Whether the server is a Redis Cluster. */
  readonly cluster: boolean;
  readonly status: RedisState;
  readonly commands: RedisCommands;
  /** The commands of each server that holds keys, by itself: the masters of a Cluster, else the one server. */
  keyServers(): readonly RedisCommands[];
  /**
   * Resolves once the server answered; rejects with `RedisUnavailableError` when closed before, or after `timeoutMs`, and with
   * `RedisRefused` when it does not let us in at the first time: wrong user or password, certificate, or way of speaking.
   */
  ready(timeoutMs?: number): Promise<void>;
  /** Rejects with `RedisUnavailableError` when a server that holds keys does not answer now. */
  ping(): Promise<void>;
  /** Rejects with `RedisOutOfMemoryError` when the server refuses writes for lack of memory now, or has a moment ago. */
  hasRoom(): Promise<void>;
  /** Calls back with the present state and at each change; returns the way to stop. */
  onState(listener: (state: RedisState) => void): () => void;
  /** Calls back with each message of a channel, over a connection of its own; resolves once subscribed. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  /** host:port of each master that a Redis Cluster has now, sorted; empty for a single server. */
  masters(): string[];
  /**
   * Which processes are the masters of a Redis Cluster now, sorted: host, port and the id of the run, which is another after each restart; empty for
   * a single server. Rejects with `RedisUnavailableError` when one of them does not answer.
   */
  masterRuns(): Promise<string[]>;
  /**
   * How often a connection to the server (in a Cluster: to any of its nodes) has ended so far. Unchanged, all commands since have reached one
   * and the same process; otherwise what was acknowledged before may be lost.
   */
  breaks(): number;
  /** Another connection to the same server, for work that must not wait behind this one's. */
  duplicate(): RedisConnection;
  /** Waits for replies under way, then closes; safe to call twice. */
  quit(): Promise<void>;
}
