import { messageOf, RedisRefused, redisRefusalOf } from '@click-recall/runtime';
import type { Client } from './create-client.js';
import type { RedisLogger } from './create-redis.js';
import { RedisUnavailableError } from './errors.js';
import { inspectPort } from './inspect-port.js';
import { doorOf, type RedisAddress } from './redis-address.js';
import type { RedisState } from './redis-connection.js';

const CLOSED = 'the connection was closed';

/** What a connection is doing, and why it is not ready. */
export interface StateWatch {
  /** From now on the connection's end is meant. */
  closing(): void;
  closed(): void;
  current(): RedisState;
  /** Why it was not let in, as long as it has never been ready: a mistake in the settings, which waiting does not mend. */
  refusal(): RedisRefused | undefined;
  /** Why it is unreachable, in words. */
  reason(): string;
  /** Calls back with the present state, at each change, and when a refusal becomes known. */
  listen(listener: (state: RedisState) => void): () => void;
}

/** Follows the events of a raw client; says once that the server is gone, or refuses, and once that it is back. */
export function watchState(client: Client, address: RedisAddress, logger: RedisLogger): StateWatch {
  const { shown } = address;
  const listeners = new Set<(state: RedisState) => void>();
  let current: RedisState = 'connecting';
  let isClosing = false;
  let wasReady = false;
  let hasInspected = false;
  let lastError = CLOSED;
  let refusal: RedisRefused | undefined;

  const tell = (): void => {
    for (const listener of listeners) listener(current);
  };
  const become = (next: RedisState): void => {
    if (next === current || current === 'closed') return;
    if (next === 'unreachable') {
      const why = refusal?.message ?? `Redis at ${shown} cannot be reached (${lastError})`;
      logger.warn({}, `${why}; trying again until it can`);
    }
    if (next === 'ready' && current === 'unreachable') logger.info({}, `Redis at ${shown} is back`);
    current = next;
    tell();
  };
  const refuse = (reason: RedisRefused): void => {
    const isNews = reason.message !== refusal?.message;
    refusal = reason;
    lastError = reason.message;
    if (current === 'unreachable' && isNews) {
      logger.warn({}, reason.message);
      tell();
    } else become('unreachable');
  };
  /** Cut off without a word: perhaps it speaks TLS and we do not, or the other way round. */
  const inspect = async (): Promise<void> => {
    const speaks = await inspectPort(address);
    if (wasReady || isClosing || speaks === undefined || (speaks === 'tls') === address.tls) return;
    refuse(
      new RedisRefused(
        speaks === 'tls'
          ? `Redis at ${shown} speaks TLS on this port: REDIS_URL must begin with rediss://`
          : `Redis at ${shown} speaks no TLS on this port: REDIS_URL must begin with redis://, or name another port`,
      ),
    );
  };

  client.on('error', (error: Error & { readonly lastNodeError?: Error | null }) => {
    lastError = messageOf(error.lastNodeError ?? error);
    const reason = redisRefusalOf(error, doorOf(address));
    if (reason) refuse(reason);
  });
  client.on('ready', () => {
    lastError = CLOSED;
    refusal = undefined;
    wasReady = true;
    become('ready');
  });
  client.on('close', () => {
    if (isClosing) return;
    become('unreachable');
    if (wasReady || hasInspected || refusal || /ECONNREFUSED|ENOTFOUND/.test(lastError)) return;
    hasInspected = true;
    void inspect().finally(() => (hasInspected = false));
  });
  client.on('end', () => become('closed'));

  return {
    closing: () => {
      isClosing = true;
    },
    closed: () => become('closed'),
    current: () => current,
    refusal: () => (wasReady ? undefined : refusal),
    reason: () => lastError,
    listen: (listener) => {
      listeners.add(listener);
      listener(current);
      return () => listeners.delete(listener);
    },
  };
}

/** See `RedisConnection.ready`. */
export function untilReady(state: StateWatch, shown: string, timeoutMs?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      // The listener is called with the present state before there is anything to stop.
      queueMicrotask(() => stop());
      if (error) reject(error);
      else resolve();
    };
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => {
        const why = `could not be reached within ${timeoutMs} ms (${state.reason()})`;
        settle(new RedisUnavailableError(`Redis at ${shown} ${why}`));
      }, timeoutMs);
    }
    const stop = state.listen((now) => {
      const refusal = state.refusal();
      if (now === 'ready') settle();
      else if (refusal) settle(refusal);
      if (now === 'closed') settle(new RedisUnavailableError(`the connection to Redis at ${shown} is closed`));
    });
  });
}
