import { readFileSync } from 'node:fs';
import { createJobs } from '@click-recall/jobs';
import { createItemStore, createRecordClient, createRedis, type RedisOptions } from '@click-recall/redis';
import { RedisRefused } from '@click-recall/runtime';
import { eventually, randomNamespace } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeAuthority } from './make-certificates.js';
import { startSecuredRedis, type SecuredRedis } from './start-secured-redis.js';

function listening() {
  const lines: string[] = [];
  const write = (_: object, message: string): void => void lines.push(message);
  return { lines, logger: { info: write, warn: write, error: write } };
}

interface Way {
  readonly url: string;
  readonly ca?: string;
}

const wayTo = ({ password, tlsPort, authority }: SecuredRedis, way: Partial<Way> = {}): Way => ({
  url: `rediss://:${password}@localhost:${tlsPort}`,
  ca: readFileSync(authority.file, 'utf8'),
  ...way,
});

async function firstError(way: Way): Promise<unknown> {
  const redis = createRedis({ ...way, cluster: false, logger: listening().logger });
  onTestFinished(() => redis.quit());
  return settled(redis.ready(20_000));
}

const settled = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

type Logger = ReturnType<typeof listening>['logger'];

/** For commands and for records. */
function openClients(way: Way, logger: Logger) {
  const options: RedisOptions = { ...way, cluster: false, logger };
  const redis = createRedis(options);
  const records = createRecordClient(options);
  onTestFinished(async () => {
    await redis.quit();
    await records.close();
  });
  return { redis, records };
}

function openQueues({ url, ca }: Way, logger: Logger) {
  const refused: RedisRefused[] = [];
  const jobs = createJobs({
    redisUrl: url,
    redisCa: ca,
    namespace: randomNamespace('tls'),
    logger,
    onRefused: (refusal) => refused.push(refusal),
  });
  onTestFinished(() => jobs.close());
  return { jobs, refused };
}

/** What each of the three clients says who is not let in. */
async function refusals(way: Way) {
  const { lines, logger } = listening();
  const { redis } = openClients(way, logger);
  const error = await settled(redis.ready(20_000));
  await eventually(() => lines.some((line) => line.includes('for records')));
  return { error, said: lines.join('\n') };
}

async function queuesRefusal(way: Way): Promise<string> {
  const { lines, logger } = listening();
  const { refused } = openQueues(way, logger);
  await eventually(() => refused.length > 0);
  return `${refused[0]?.message}\n${lines.join('\n')}`;
}

describe('Redis over TLS', { timeout: 60_000 }, () => {
  it('is used by every client: commands, records, notices and queues', async () => {
    const server = await startSecuredRedis(onTestFinished);
    const way = wayTo(server);
    const { lines, logger } = listening();
    const { redis, records } = openClients(way, logger);
    await Promise.all([redis.ready(10_000), records.ready(10_000)]);
    const items = createItemStore(records, redis, { namespace: randomNamespace('tls') });
    await items.upsert([{ version: 1, itemId: 'a', title: 'A' }]);
    expect(await items.get(['a'])).toMatchObject([{ title: 'A' }]);
    const heard: string[] = [];
    onTestFinished(await redis.subscribe('channel', (message) => heard.push(message)));
    await redis.commands.call(['PUBLISH', 'channel', 'hello']);
    await eventually(() => heard.includes('hello'));

    const { jobs } = openQueues(way, logger);
    const worker = jobs.worker('evaluate', async () => ({}) as never);
    onTestFinished(() => worker.close());
    await jobs.ping();
    expect(lines).toEqual([]);
  });

  it('says which password, authority, name or port is wrong, where to look, and no password', async () => {
    const server = await startSecuredRedis(onTestFinished);
    const stranger = await makeAuthority(server.folder, 'stranger');
    const { password, tlsPort } = server;
    const cases: [Partial<Way>, string][] = [
      [{ url: `rediss://:wrong@localhost:${tlsPort}` }, 'refuses the default user or its password: look at REDIS_URL'],
      [{ url: `rediss://ada:${password}@localhost:${tlsPort}` }, 'refuses ada or its password: look at REDIS_URL'],
      [{ ca: readFileSync(stranger.file, 'utf8') }, 'authority that is not trusted here'],
    ];
    for (const [way, expected] of cases) {
      const { error, said } = await refusals(wayTo(server, way));
      expect(error).toBeInstanceOf(RedisRefused);
      expect(String(error)).toContain(`Redis at localhost:${tlsPort}`);
      expect(String(error)).toContain(expected);
      const queues = await queuesRefusal(wayTo(server, way));
      expect(queues).toContain(expected);
      for (const text of [String(error), said, queues]) expect(text).not.toMatch(/pass-W0rd|wrong/);
    }
    const withoutPassword = await firstError(wayTo(server, { url: `rediss://localhost:${tlsPort}` }));
    expect(String(withoutPassword)).toContain('refuses the default user or its password: look at REDIS_URL');
    const { url } = wayTo(server);
    expect(String(await firstError({ url }))).toContain('look at REDIS_SSL_CA');
  });

  it('says when it is spoken to in the other way', async () => {
    const server = await startSecuredRedis(onTestFinished);
    const { password, tlsPort, plainPort } = server;
    const toTls = await firstError({ url: `redis://:${password}@localhost:${tlsPort}` });
    expect(toTls).toBeInstanceOf(RedisRefused);
    expect(String(toTls)).toContain('speaks TLS on this port: REDIS_URL must begin with rediss://');
    const toPlain = await firstError(wayTo(server, { url: `rediss://:${password}@localhost:${plainPort}` }));
    expect(toPlain).toBeInstanceOf(RedisRefused);
    expect(String(toPlain)).toMatch(/speaks no TLS on this port/);
  });

  it('takes no certificate of another host', async () => {
    const server = await startSecuredRedis(onTestFinished, { names: 'DNS:elsewhere.example' });
    const { error } = await refusals(wayTo(server));
    expect(error).toBeInstanceOf(RedisRefused);
    expect(String(error)).toContain('the certificate of another host');
  });

  it('is waited for where it was let in before, and said to be away', async () => {
    const server = await startSecuredRedis(onTestFinished);
    const { lines, logger } = listening();
    const way = wayTo(server);
    const { redis, records } = openClients(way, logger);
    const { jobs, refused } = openQueues(way, logger);
    await Promise.all([redis.ready(10_000), records.ready(10_000), jobs.ping()]);
    const use = async (): Promise<void> => {
      await redis.ping();
      await records.use((connection) => connection.exists('x'));
      await jobs.ping();
    };
    await use();
    // The old password goes out of use before the new one has reached us.
    await redis.commands.call(['CONFIG', 'SET', 'requirepass', 'another-one']);
    await redis.commands.call(['CLIENT', 'KILL', 'TYPE', 'normal']);
    await settled(redis.commands.call(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no']));
    await eventually(async () => {
      expect(String(await settled(redis.ping()))).toContain('refuses the default user or its password');
    });
    const operator = createRedis({
      ...way,
      url: way.url.replace(server.password, 'another-one'),
      cluster: false,
      logger,
    });
    onTestFinished(() => operator.quit());
    await operator.ready(10_000);
    await operator.commands.call(['CONFIG', 'SET', 'requirepass', server.password]);
    await eventually(use, { deadlineMs: 20_000 });
    expect(refused).toEqual([]);
    expect(lines.filter((line) => line.startsWith(`Redis at ${redis.address} is back`)).length).toBeGreaterThan(0);
  });
});
