import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { topicName } from '@click-recall/contracts';
import { openPipeline } from '@click-recall/infra';
import { JobFailedError } from '@click-recall/jobs';
import { createKafkaClient, pipelineTopics } from '@click-recall/kafka';
import { loadConfig } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, environment, folder, logger, pipeline } from './open-test-cli.js';

async function clicksOn({ admin, env }: Awaited<ReturnType<typeof pipeline>>): Promise<number> {
  // A topic that was just made has no leader for a moment.
  const ends = await eventually(() => admin.topicEndOffsets(topicName('clicks', env.NAMESPACE)));
  return [...ends.values()].reduce((sum, end) => sum + Number(end), 0);
}

describe('the command', () => {
  it.each([
    ['--help', ['--help']],
    ['help of a command', ['publish', '--help']],
    ['help of a command within another', ['consume', 'recommendations', '--help']],
  ])('shows %s with an example', async (_what, args) => {
    const { code, out } = await cli(args);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n {2}click-recall/);
  });

  it.each([
    ['an unknown command', ['fly'], "unknown command 'fly'"],
    ['an unknown option', ['status', '--fast'], "unknown option '--fast'"],
    ['a missing argument', ['rollback'], "missing required argument 'version'"],
    ['a missing option', ['export'], "required option '--npz <file>'"],
    ['a number that is none', ['train', '--epochs', '0'], 'expected a whole number from 1 up'],
    ['options that do not go together', ['publish', '--file', 'a.csv', '--keep', 'view'], 'say with --type'],
    ['a file of an unknown kind', ['publish', '--file', 'a.xml'], 'give --format csv|tsv|jsonl'],
  ])('ends with 2 on %s', async (_what, args, message) => {
    const { code, out, err } = await cli(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
  });

  it('tells every fault of the environment', async () => {
    const { code, err } = await cli(['models'], environment({ NAMESPACE: 'a b', RATE_LIMIT: 'x' }));
    expect(code).toBe(1);
    expect(err).toMatch(/NAMESPACE: expected.*RATE_LIMIT: expected/s);
  });

  it('says which server does not answer, without its password', async () => {
    const { code, err } = await cli(['models'], environment({ REDIS_URL: 'redis://me:secret@127.0.0.1:1' }));
    expect(code).toBe(1);
    expect(err).toContain('Redis at redis://127.0.0.1:1 does not answer');
    expect(err).not.toContain('secret');
    expect(err).not.toContain('    at ');
  });

  it('writes errors as JSON when asked for JSON', async () => {
    const { err } = await cli(['rollback', 'nothing', '--json']);
    expect(JSON.parse(err)).toEqual({ error: { message: 'there is no model nothing; known: none' } });
  });
});

describe('publish', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => `u${i % 3},i${i},${1_700_000_000_000 + i}`);

  it('publishes a gzipped file, shows the first bad rows with their lines, and counts all of them', async () => {
    const test = await pipeline();
    const file = join(folder(), 'clicks.csv.gz');
    const bad = [',i,1700000000000', ...Array.from({ length: 9 }, () => 'u,i,yesterday')];
    writeFileSync(file, gzipSync(['userId,itemId,timestamp', ...rows(20), ...bad, ''].join('\n')));
    const { code, out, err } = await cli(['publish', '--file', file], test.env);
    expect({ code, out }).toEqual({ code: 0, out: '20 events and 0 items published; 10 bad rows were left out\n' });
    expect(err).toMatch(/clicks\.csv\.gz:22: userId: expected/);
    expect(err).toMatch(/clicks\.csv\.gz:23: timestamp/);
    expect(err).toContain('10 bad rows in all');
    expect(err.split('\n').length).toBeLessThan(9);
    expect(await clicksOn(test)).toBe(20);
  });

  it('publishes items too, and counts for scripts', async () => {
    const test = await pipeline();
    const [events, items] = [join(folder(), 'e.jsonl'), join(folder(), 'i.jsonl')];
    writeFileSync(
      events,
      '{"u":1,"i":"a","t":"2024-01-01T00:00:00Z","k":"view"}\n{"u":1,"i":"b","t":"2024-01-01T00:00:00Z","k":"hover"}\n',
    );
    writeFileSync(items, '{"itemId":"a","name":"Apple"}\n');
    const columns = ['--user', 'u', '--item', 'i', '--timestamp', 't', '--timestamp-unit', 'iso', '--type', 'k'];
    const args = ['publish', '--file', events, ...columns, '--keep', 'view,like', '--items', items, '--title', 'name'];
    const { code, err, json } = await cli([...args, '--json'], test.env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(json()).toEqual({ read: 2, rejected: 0, skipped: 1, items: 1, published: 1 });
  });

  it.each([
    ['a file that is not there', 'absent.csv', undefined, /absent\.csv/],
    ['a column that is not there', 'short.csv', 'userId,itemId\nu,i\n', /timestamp/],
    ['a file without an event', 'empty.csv', 'userId,itemId,timestamp\n,,\n', /no event in 1 rows/],
  ])('publishes nothing of %s', async (_what, name, content, message) => {
    const test = await pipeline();
    const file = join(folder(), name);
    if (content !== undefined) writeFileSync(file, content);
    const { code, err } = await cli(['publish', '--file', file], test.env);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(await clicksOn(test)).toBe(0);
  });

  it('only checks on a dry run, which needs no server', async () => {
    const file = join(folder(), 'clicks.csv');
    writeFileSync(file, ['userId,itemId,timestamp', ...rows(4), ''].join('\n'));
    const { code, out } = await cli(
      ['publish', '--file', file, '--dry-run'],
      environment({ KAFKA_BROKERS: '127.0.0.1:1' }),
    );
    expect({ code, out }).toEqual({ code: 0, out: '4 events would be published\n' });
  });
});

describe('consume recommendations', () => {
  async function withRecommendations() {
    const test = await pipeline();
    const kafka = createKafkaClient({ ...test.config.kafka, clientId: 'test', logger });
    onTestFinished(() => kafka.close());
    const recommendation = (userId: string) => ({
      version: 1,
      recommendationId: `r-${userId}`,
      userId,
      sequenceRevision: 1,
      items: [{ itemId: 'a', score: 1.5, channel: 'nearest' }],
      modelVersion: 'm1',
      generatedAt: 1,
      cause: { kind: 'activation' },
    });
    const messages = ['one', 'two', 'three'].map((key) => ({ key, value: JSON.stringify(recommendation(key)) }));
    await kafka.publisher().publish(topicName('recommendations', test.env.NAMESPACE), messages);
    return { ...test, recommendation };
  }

  it('shows those of one user from the beginning, and ends after so many', async () => {
    const { env, recommendation } = await withRecommendations();
    const { code, json } = await cli(
      ['consume', 'recommendations', '--from-beginning', '--user', 'two', '--max', '1', '--json'],
      env,
    );
    expect(code).toBe(0);
    expect(json()).toEqual(recommendation('two'));
  });

  it('ends when nothing comes any more, and shows a line each', async () => {
    const { env } = await withRecommendations();
    const { code, out } = await cli(['consume', 'recommendations', '--from-beginning', '--idle', '4'], env);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n').toSorted()).toEqual([
      'one: a (1.50)  [activation, revision 1, m1]',
      'three: a (1.50)  [activation, revision 1, m1]',
      'two: a (1.50)  [activation, revision 1, m1]',
    ]);
  });
});

describe('train and rollback', () => {
  it('starts one training, and joins it when asked again', async () => {
    const { env, jobs } = await pipeline();
    const first = (await cli(['train', '--epochs', '2', '--json'], env)).json();
    const second = (await cli(['train', '--json'], env)).json();
    expect(first).toMatchObject({ started: true });
    expect(second).toEqual({ ...(first as object), started: false });
    const [job] = await jobs.recent('train', 1);
    expect(job?.data).toEqual({ reason: 'manual', epochs: 2 });
  });

  it('ends with 1 and the reason when the training fails', async () => {
    const { env, jobs } = await pipeline();
    const worker = jobs.worker('train', () =>
      Promise.reject(new JobFailedError('too-few-users', 'only 3 users of the 20 needed')),
    );
    onTestFinished(() => worker.close());
    const { code, err } = await cli(['train', '--wait'], env);
    expect(code).toBe(1);
    expect(err).toContain('error: train failed: only 3 users of the 20 needed');
  });

  it('stops waiting on Ctrl-C', async () => {
    const { env, jobs } = await pipeline();
    const interrupt = new AbortController();
    const running = cli(['train', '--wait'], env, interrupt.signal);
    await eventually(async () => (await jobs.counts()).train.waiting === 1);
    interrupt.abort();
    expect((await running).code).toBe(130);
  });

  it('does not roll back to a model that the gate rejected', async () => {
    const { env, models } = await pipeline();
    await models.save({
      version: 'v1',
      status: 'rejected',
      artifactUrl: 'file:///x',
      createdAt: 1,
      config: {},
      reason: 'NDCG fell',
    });
    const { code, err } = await cli(['rollback', 'v1'], env);
    expect(code).toBe(1);
    expect(err).toContain('v1 did not pass the gate: NDCG fell');
  });

  it('lists the models and marks the live one', async () => {
    const { env, models, activation } = await pipeline();
    const record = { artifactUrl: 'file:///x', config: {} };
    // A crash before the records followed the activation.
    await models.save({ ...record, version: 'v1', status: 'live', createdAt: 1_700_000_000_000 });
    await models.save({ ...record, version: 'v2', status: 'ready', createdAt: 1_700_000_001_000 });
    await models.save({ ...record, version: 'v0', status: 'retired', artifactUrl: '', createdAt: 1_600_000_000_000 });
    await models.save({ ...record, version: 'v3', status: 'written', createdAt: 1_700_000_002_000 });
    await activation.addBuilding('v3');
    const lift = { items: 1, users: 1 };
    const live = {
      encoder: 'v2',
      index: 'v2',
      vocabulary: 'v2',
      lift,
      ranker: '',
      mapping: '',
      activatedAt: 1,
      previous: 'v1',
    };
    await activation.compareAndSet(null, live);
    const { out } = await cli(['models'], env);
    expect(
      out
        .split('\n')
        .slice(1, 5)
        .map((line) => line.slice(0, 12)),
    ).toEqual(['  v3     bui', '* v2     liv', '  v1     rea', '  v0     ret']);
    expect((await cli(['models', '--json'], env)).json()).toMatchObject([
      { version: 'v3', live: false, status: 'building' },
      { version: 'v2', live: true, status: 'live' },
      { version: 'v1', live: false, status: 'ready' },
      { version: 'v0', live: false, status: 'retired' },
    ]);
    expect((await cli(['rollback', 'v0'], env)).err).toContain('the files of v0 were removed');
    expect((await cli(['rollback', 'v2'], env)).out).toBe('v2 is live already\n');
  });
});

describe('status', () => {
  const NOBODY = { RECALL_PORT: '1', INGEST_PORT: '1', TRAINER_PORT: '1', EMBEDDER_PORT: '1', CONSOLE_PORT: '1' };

  it('shows topics, queues and the model, and ends with 1 when a service does not answer', async () => {
    const { env } = await pipeline();
    const { code, json } = await cli(['status', '--json'], { ...env, ...NOBODY });
    expect(code).toBe(1);
    expect(json()).toMatchObject({
      namespace: env.NAMESPACE,
      users: 0,
      model: null,
      queues: { train: { waiting: 0 } },
    });
    expect(json()).toMatchObject({
      topics: expect.arrayContaining([
        { topic: `${env.NAMESPACE}.clicks`, messages: 0, lag: [{ service: 'ingest', messages: 0 }] },
      ]),
    });
  });

  it('shows what it can when a server does not answer', async () => {
    const { code, out } = await cli(['status'], environment({ ...NOBODY, KAFKA_BROKERS: '127.0.0.1:1' }));
    expect(code).toBe(1);
    expect(out).toContain('! Kafka at 127.0.0.1:1 does not answer');
    expect(out).toMatch(/queue +active/);
    expect(out).not.toMatch(/topic +messages/);
  });
});

describe('topics create', () => {
  it('creates what is missing and leaves the rest', async () => {
    const env = environment();
    const opened = openPipeline(loadConfig(env), 'test', logger);
    onTestFinished(async () => {
      await opened.admin.deleteTopics(pipelineTopics(env.NAMESPACE).map(({ name }) => name));
      await opened.close();
    });
    expect((await cli(['topics', 'create'], env)).out).toMatch(
      new RegExp(`${env.NAMESPACE}\\.clicks +4 +delete +created`),
    );
    expect((await cli(['topics', 'create', '--json'], env)).json()).toMatchObject([
      { created: false },
      { created: false },
      {},
      {},
      {},
      {},
    ]);
  });
});

describe('up and down', () => {
  it('says so when nothing runs', async () => {
    const { code, out } = await cli(['down', '--data', folder()]);
    expect({ code, out }).toEqual({ code: 0, out: 'nothing runs here\n' });
  });
});
