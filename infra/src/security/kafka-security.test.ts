import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createKafkaClient, KafkaRefused, type KafkaClient, type KafkaClientOptions } from '@click-recall/kafka';
import { eventually, randomNamespace } from '@click-recall/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../local/ports.mjs';
import { startService } from '../stack/service-process.js';
import { LIMITED, PASSWORD, startSecuredKafka, USERS, type Door, type SecuredKafka } from './start-secured-kafka.js';

let server: SecuredKafka;
let ca: string;
let strangeCa: string;
beforeAll(async () => {
  server = await startSecuredKafka();
  [ca, strangeCa] = await Promise.all([readPem(server.authority), readPem(server.strangeAuthority)]);
}, 120_000);
afterAll(() => server.stop());

const readPem = (file: string): Promise<string> => readFile(file, 'utf8');
const silent = { debug() {}, info() {}, warn() {}, error() {} };

type Setup = Partial<Pick<KafkaClientOptions, 'ssl' | 'sasl' | 'onReachable' | 'brokers'>>;

function open(door: Door, setup: Setup = {}): KafkaClient {
  const client = createKafkaClient({ brokers: [server.doors[door]], clientId: 'test', logger: silent, ...setup });
  onTestFinished(() => client.close());
  return client;
}

function login(mechanism: keyof typeof USERS, username: string = USERS[mechanism], password = PASSWORD) {
  return { mechanism, username, password };
}

async function newTopic(): Promise<string> {
  const name = randomNamespace('secured');
  await open('open')
    .admin()
    .ensureTopics([{ name, partitions: 1, cleanup: 'delete', retentionMs: -1 }]);
  return name;
}

/** The first message of a topic, read as a member of a group. */
async function readOne(client: KafkaClient, topic: string, groupId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const subscriber = client.subscriber({
      groupId,
      topics: [topic],
      fromBeginning: true,
      handleBatch: async ({ messages }) => resolve(Buffer.from(messages[0]?.value ?? []).toString()),
      onCrash: reject,
    });
    subscriber.start().catch(reject);
  });
}

async function roundTrip(client: KafkaClient): Promise<string> {
  const topic = await newTopic();
  await client.publisher().publish(topic, [{ key: 'k', value: 'arrived' }]);
  expect(await client.admin().listTopics()).toContain(topic);
  return readOne(client, topic, topic);
}

/** What a client that is set up so is told, wherever it tries to begin. */
async function refusalOf(door: Door, setup: Setup): Promise<string> {
  const topic = await newTopic();
  const tries = [
    (client: KafkaClient) => client.admin().waitUntilReachable(),
    (client: KafkaClient) => client.admin().listTopics(),
    (client: KafkaClient) => client.publisher().publish(topic, [{ key: 'k', value: 'v' }]),
    (client: KafkaClient) => readOne(client, topic, topic),
  ];
  const messages = new Set<string>();
  for (const attempt of tries) {
    const error: unknown = await attempt(open(door, setup)).then(
      () => new Error('it was let in'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(KafkaRefused);
    const { message } = error as KafkaRefused;
    expect(message).toContain(server.doors[door]);
    expect(message).not.toMatch(/\n/);
    expect(JSON.stringify([message, String((error as Error).stack)])).not.toContain(PASSWORD);
    messages.add(message);
  }
  // However it begins, it is told the same.
  expect([...messages]).toHaveLength(1);
  return [...messages].join();
}

describe('a client is let in', { timeout: 60_000 }, () => {
  const mechanisms = Object.keys(USERS) as (keyof typeof USERS)[];

  it.each(mechanisms)('by %s', async (mechanism) => {
    await expect(roundTrip(open('sasl', { sasl: login(mechanism) }))).resolves.toBe('arrived');
  });

  it.each(mechanisms)('by %s over TLS', async (mechanism) => {
    await expect(roundTrip(open('saslTls', { ssl: { ca }, sasl: login(mechanism) }))).resolves.toBe('arrived');
  });

  it('over TLS', async () => {
    await expect(roundTrip(open('tls', { ssl: { ca } }))).resolves.toBe('arrived');
  });

  it('by a certificate of its own', async () => {
    const [cert, key] = await Promise.all([server.client.certificate, server.client.key].map(readPem));
    await expect(roundTrip(open('mutualTls', { ssl: { ca, cert: cert ?? '', key: key ?? '' } }))).resolves.toBe(
      'arrived',
    );
  });
});

describe('a client is refused, and told why', { timeout: 60_000 }, () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('with a wrong password, by %s', async (mechanism) => {
    await expect(refusalOf('sasl', { sasl: login(mechanism, USERS[mechanism], 'a wrong one') })).resolves.toMatch(
      new RegExp(`refuses the user ${USERS[mechanism]} or its password .*${mechanism}.*KAFKA_SASL_PASSWORD`, 'i'),
    );
  });

  it('as a user that nobody knows', async () => {
    await expect(refusalOf('saslTls', { ssl: { ca }, sasl: login('scram-sha-512', 'nobody') })).resolves.toMatch(
      /refuses the user nobody .*KAFKA_SASL_USERNAME/,
    );
  });

  it('without a login where one is asked for', async () => {
    await expect(refusalOf('sasl', {})).resolves.toMatch(
      /asks for a login \(PLAIN, SCRAM-SHA-256, SCRAM-SHA-512\): set KAFKA_SASL_MECHANISM/,
    );
    await expect(refusalOf('saslTls', { ssl: { ca } })).resolves.toMatch(/asks for a login/);
  });

  it('with a login where none is asked for', async () => {
    await expect(refusalOf('open', { sasl: login('plain') })).resolves.toMatch(/no login.*KAFKA_SASL_MECHANISM/);
  });

  it('in plain text by a port that speaks TLS', async () => {
    await expect(refusalOf('tls', {})).resolves.toMatch(/speaks TLS .*KAFKA_SSL/);
    await expect(refusalOf('saslTls', { sasl: login('plain') })).resolves.toMatch(/speaks TLS .*KAFKA_SSL/);
    await expect(refusalOf('mutualTls', {})).resolves.toMatch(/speaks TLS .*KAFKA_SSL/);
  });

  it('over TLS by a port that speaks plain text', async () => {
    await expect(refusalOf('open', { ssl: { ca } })).resolves.toMatch(/speaks no TLS .*KAFKA_SSL/);
    await expect(refusalOf('sasl', { ssl: true, sasl: login('plain') })).resolves.toMatch(/speaks no TLS/);
  });

  it('when it does not trust the authority of the brokers', async () => {
    await expect(refusalOf('tls', { ssl: { ca: strangeCa } })).resolves.toMatch(/not trusted.*KAFKA_SSL_CA/);
    await expect(refusalOf('tls', { ssl: true })).resolves.toMatch(/not trusted.*KAFKA_SSL_CA/);
  });

  it('when the certificate is made out to another host', async () => {
    await expect(refusalOf('otherName', { ssl: { ca } })).resolves.toMatch(/of another host .*127\.0\.0\.1/);
  });

  it('without a certificate, or with a strange one, where one is asked for', async () => {
    const [cert, key] = await Promise.all([server.stranger.certificate, server.stranger.key].map(readPem));
    await expect(refusalOf('mutualTls', { ssl: { ca } })).resolves.toMatch(/KAFKA_SSL_CERT/);
    await expect(refusalOf('mutualTls', { ssl: { ca, cert: cert ?? '', key: key ?? '' } })).resolves.toMatch(
      /KAFKA_SSL_CERT/,
    );
  });
});

describe('a user with few rights', { timeout: 60_000 }, () => {
  const limited = (): KafkaClient => open('sasl', { sasl: login('scram-sha-512', LIMITED) });
  const told = (action: Promise<unknown>): Promise<string> =>
    action.then(
      () => 'it was allowed',
      (error: unknown) => {
        expect(error).toBeInstanceOf(KafkaRefused);
        return (error as Error).message;
      },
    );

  it('is told which topic it may not write, read or make, and as which group', async () => {
    const topic = await newTopic();
    const [readable, writable] = [`${topic}.readable`, `${topic}.writable`];
    const specs = [readable, writable].map((name) => ({ ...{ name, partitions: 1 }, ...KEPT }));
    await open('open').admin().ensureTopics(specs);
    await server.allow('topic', readable, 'read');
    await server.allow('topic', writable, 'write');

    const message = [{ key: 'k', value: 'v' }];
    await expect(limited().publisher().publish(writable, message)).resolves.toHaveLength(1);
    await expect(told(limited().publisher().publish(readable, message))).resolves.toMatch(
      new RegExp(`the user ${LIMITED} may not write to ${readable} .*ACL`),
    );
    await expect(told(limited().publisher().publish(topic, message))).resolves.toMatch(`may not write to ${topic}`);

    await expect(told(readOne(limited(), readable, 'a-group'))).resolves.toMatch(
      new RegExp(`may not read ${readable} as the group a-group .*ACL`),
    );
    await server.allow('group', 'a-group', 'read');
    await open('open').publisher().publish(readable, message);
    await expect(readOne(limited(), readable, 'a-group')).resolves.toBe('v');
    await server.allow('group', 'b-group', 'read');
    await expect(told(readOne(limited(), writable, 'b-group'))).resolves.toMatch(`may not read ${writable}`);

    const mine = { ...{ name: `${topic}.mine`, partitions: 1 }, ...KEPT };
    await expect(told(limited().admin().ensureTopics([mine]))).resolves.toMatch(`may not make the topics ${mine.name}`);
  });
});

describe('whoever was let in before', { timeout: 60_000 }, () => {
  it('waits while its password is not the right one any more, says so, and goes on by itself', async () => {
    const user = USERS['scram-sha-512'];
    const said: string[] = [];
    const client = open('saslTls', {
      ssl: { ca },
      sasl: login('scram-sha-512'),
      onReachable: (reachable, reason = '') => said.push(reachable ? 'up' : reason),
    });
    const topic = await newTopic();
    const publisher = client.publisher();
    await publisher.publish(topic, [{ key: 'k', value: 'before' }]);
    await server.setPassword(user, 'another password');
    onTestFinished(() => server.setPassword(user, PASSWORD));

    // The broker asks again who we are when the session is over; until then everything goes through.
    let published: Promise<unknown> = Promise.resolve();
    await eventually(async () => {
      published = publisher.publish(topic, [{ key: 'k', value: 'meanwhile' }]);
      const first = await Promise.race([published.then(() => 'published'), delay(300).then(() => 'waiting')]);
      expect(first).toBe('waiting');
    }, WITHIN);
    await eventually(
      () => expect(said.join('\n')).toMatch(new RegExp(`refuses the user ${user} .*trying again`)),
      WITHIN,
    );
    expect(said.join()).not.toContain(PASSWORD);

    await server.setPassword(user, PASSWORD);
    await published;
    expect(said.at(-1)).toBe('up');
  });
});

describe('a service', { timeout: 60_000 }, () => {
  it.each(['ingest', 'recall', 'embedder'])('%s ends with one clear line when it is not let in', async (name) => {
    const logFolder = await mkdtemp(join(tmpdir(), 'click-recall-refused-'));
    onTestFinished(() => rm(logFolder, { recursive: true }));
    const port = await freePort(0);
    const started = startService({
      name,
      main: fileURLToPath(new URL(`../../../services/${name}/dist/main.js`, import.meta.url)),
      logFolder,
      readyUrl: `http://127.0.0.1:${port}/readyz`,
      env: {
        ...process.env,
        KAFKA_BROKERS: server.doors.sasl,
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: USERS['scram-sha-512'],
        KAFKA_SASL_PASSWORD: WRONG,
        NAMESPACE: randomNamespace('refused'),
        REGISTRY_URL: `file:${logFolder}`,
        [`${name.toUpperCase()}_PORT`]: String(port),
      },
    });
    await expect(started).rejects.toThrow(`${name} ended with 1`);
    const lines = (await readFile(join(logFolder, `${name}.log`), 'utf8')).trim().split('\n');
    const fatal = lines.filter((line) => line.includes('"level":"fatal"'));
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toMatch(/Kafka at 127.*refuses the user sven .*KAFKA_SASL_PASSWORD/);
    expect(lines.join()).not.toContain(WRONG);
  });
});

const WRONG = 'not-the-pass-word';
const WITHIN = { deadlineMs: 30_000 };
const KEPT = { cleanup: 'delete', retentionMs: -1 } as const;
