import type { RedisConnection } from './redis-connection.js';
import type { RedisLogger } from './create-redis.js';

/** Says so once when the server may throw keys away: sequences, offsets and jobs are state and no cache. */
export function warnOfEviction(connection: RedisConnection, logger: RedisLogger): void {
  const stop = connection.onState((state) => {
    if (state !== 'ready') return;
    queueMicrotask(() => stop());
    Promise.all(connection.keyServers().map((server) => server.call(['INFO', 'memory']))).then(
      (infos) => {
        const policies = infos.map((info) => /maxmemory_policy:(\S+)/.exec(String(info))?.[1]);
        const policy = policies.find((each) => each !== undefined && each !== 'noeviction');
        if (policy === undefined) return;
        logger.warn(
          { maxmemoryPolicy: policy },
          `Redis at ${connection.address} may evict keys (maxmemory-policy ${policy}); set it to noeviction, or state gets lost`,
        );
      },
      // A server that does not tell is used as it is.
      () => undefined,
    );
  });
}
