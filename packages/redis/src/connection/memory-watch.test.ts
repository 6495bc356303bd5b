import { expect, it } from 'vitest';
import type { RedisCommands } from './commands.js';
import { RedisOutOfMemoryError, RedisReplyError, RedisUnavailableError, toRedisError } from './errors.js';
import { createMemoryWatch } from './memory-watch.js';

/** A server that answers `INFO memory`, as far as it is asked for here. */
function server(info: string | Error): RedisCommands {
  const call = () => (info instanceof Error ? Promise.reject(info) : Promise.resolve(info));
  return { call, callBytes: call, pipeline: async () => [], pipelineBytes: async () => [], run: async () => [] };
}

const memory = (used: number, uncounted: number, limit: number) =>
  server(`# Memory\r\nused_memory:${used}\r\nmaxmemory:${limit}\r\nmem_not_counted_for_evict:${uncounted}\r\n`);

it('tells a server at its limit from one that has room, or no limit', async () => {
  const watch = createMemoryWatch('here:1');
  await watch.check([memory(1_000, 0, 0), memory(1_000, 0, 1_000), memory(1_200, 300, 1_000)]);
  await expect(watch.check([memory(100, 0, 0), memory(1_100, 50, 1_000)])).rejects.toThrow(
    /^Redis at here:1 is out of memory \(1100 bytes used, maxmemory 1000\).*maxmemory is raised or data is deleted/,
  );
});

it('remembers a refusal for some seconds, since a server at its limit is below it between two tries', async () => {
  let now = 0;
  const watch = createMemoryWatch('here:1', () => now);
  watch.refused();
  await expect(watch.check([memory(900, 0, 1_000)])).rejects.toThrow(RedisOutOfMemoryError);
  now = 10_000;
  await watch.check([memory(900, 0, 1_000)]);
});

it('does not judge a server that is away, or that may not be asked', async () => {
  const away = server(new RedisUnavailableError('away'));
  const secretive = server(new RedisReplyError('Redis at here:1: NOPERM this user has no permissions'));
  await expect(createMemoryWatch('here:1').check([away, secretive])).resolves.toBeUndefined();
});

it('calls a refusal for lack of memory by its name, also of a script, and lets it be tried again', () => {
  const reply = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'. script: 5ab4"), {
    name: 'ReplyError',
  });
  expect(toRedisError(reply, 'here:1')).toBeInstanceOf(RedisOutOfMemoryError);
  expect(toRedisError(reply, 'here:1')).toMatchObject({ retriable: true });
});
