import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeInLog, topicName, type TopicName } from '@click-recall/contracts';
import { createDeadLetters, createKafkaClient, readTopic, type ConsumedMessage } from '@click-recall/kafka';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, folder, logger, pipeline } from './open-test-cli.js';

const NOW = Date.now();
const click = (fields: Record<string, unknown> = {}) =>
  JSON.stringify({ userId: 'u', itemId: 'i', timestamp: NOW, ...fields });

/** A pipeline, and messages of its topics that a service has refused. */
async function openTest() {
  const { env, config } = await pipeline();
  const kafka = createKafkaClient({ ...config.kafka, clientId: 'test', logger });
  onTestFinished(() => kafka.close());
  const full = (topic: TopicName) => topicName(topic, env.NAMESPACE);
  const publisher = kafka.publisher();
  const letters = createDeadLetters({ publisher, topic: full('dead-letters'), service: 'ingest' });
  let last: { id: string; origin: string } | undefined;

  /** Publishes a value, and refuses it `times` times; gives its name. */
  async function refuse(
    topic: TopicName,
    value: string | Uint8Array | null,
    reason: string,
    { times = 1, key = 'k' }: { readonly times?: number; readonly key?: string } = {},
  ): Promise<string> {
    const headers = { trace: 'abc' };
    const [landed] = await publisher.publish(full(topic), [{ key, value, headers }]);
    const { partition = 0, offset = '' } = landed ?? {};
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const raw = { key: Buffer.from(key), headers: { trace: [Buffer.from('abc')] } };
    const message = { key, value: bytes, offset, appendTimeMs: Date.now(), headers, raw };
    const rejection = { reason: reason as 'not-json', field: '', message: 'expected better' };
    const letter = { source: { topic: full(topic), partition }, message, rejection };
    for (let time = 0; time < times; time++) await letters.write([letter]);
    last = { id: `${topic}/${partition}/${offset}`, origin: placeInLog(full(topic), partition, offset) };
    return last.id;
  }

  async function read(topic: TopicName): Promise<ConsumedMessage[]> {
    const messages: ConsumedMessage[] = [];
    const onBatch = (batch: { readonly messages: readonly ConsumedMessage[] }) => void messages.push(...batch.messages);
    await readTopic(kafka, { topic: full(topic), groupPrefix: `${env.NAMESPACE}.test`, onBatch });
    return messages;
  }
  const run = (...args: string[]) => cli(['dead-letters', ...args], env);
  const replayed = async (topic: TopicName) =>
    (await read(topic)).filter(({ headers }) => headers['replayed-of'] !== undefined);
  return { env, publisher, full, refuse, run, read, replayed, originOfLast: () => last?.origin };
}

describe('dead-letters list', () => {
  it('shows each message once however often it was refused, counts reasons, and filters', async () => {
    const { refuse, run } = await openTest();
    expect((await run('list')).out).toBe('no dead letters\n');
    const first = await refuse('clicks', '{"userId":', 'not-json', { times: 3 });
    const second = await refuse('items', '{"itemId":""}', 'empty-id');
    const { out } = await run('list');
    expect(out).toMatch(new RegExp(`${second} +\\S+Z +ingest +empty-id .*\\n${first} +\\S+Z +ingest +not-json`));
    expect(out).toMatch(/empty-id +1\nnot-json +1\nall +2\n/);
  });

  it('gives scripts the same, filtered by reason, service, topic and time', async () => {
    const { env, refuse } = await openTest();
    const id = await refuse('clicks', '[]', 'not-an-object');
    await refuse('items', '{', 'not-json');
    const list = async (...args: string[]) => (await cli(['--json', 'dead-letters', 'list', ...args], env)).json();
    expect(await list('--reason', 'not-an-object')).toMatchObject({
      total: 1,
      replayed: 0,
      reasons: { 'not-an-object': 1 },
      letters: [{ id, service: 'ingest', originalBytes: 2, replayedTo: null }],
    });
    expect(await list('--topic', 'items')).toMatchObject({ total: 1, letters: [{ reason: 'not-json' }] });
    expect(await list('--service', 'recall')).toMatchObject({ total: 0 });
    expect(await list('--since', '1h', '--limit', '1')).toMatchObject({ total: 2, letters: [{}] });
    expect(await list('--since', new Date(Date.now() + 3_600_000).toISOString())).toMatchObject({ total: 0 });
  });
});

describe('dead-letters show', () => {
  it('tells why, what would mend it, its headers and its text, with nothing that a terminal would act on', async () => {
    const { refuse, run } = await openTest();
    const id = await refuse('clicks', '{"userId":"\u001B[2J', 'not-json');
    const { code, out } = await run('show', id);
    expect(code).toBe(0);
    expect(out).toContain(`${id}  refused by ingest`);
    expect(out).toContain('reason   not-json: it is no JSON in UTF-8 (expected better)');
    expect(out).toContain('to mend  replay it with --value');
    expect(out).toContain('  trace: abc');
    expect(out).toContain('{"userId":"\\u{1b}[2J');
    expect(out).not.toContain('\u001B');
  });

  it('shows bytes that are no text in hex, and gives scripts all of them', async () => {
    const { env, refuse, run } = await openTest();
    const id = await refuse('clicks', Buffer.from([0xff, 0x00, 0x41]), 'not-json');
    expect((await run('show', id)).out).toContain('000000  ff 00 41');
    expect((await cli(['--json', 'dead-letters', 'show', id], env)).json()).toMatchObject({
      id,
      value: { base64: '/wBB' },
      key: { text: 'k' },
    });
  });

  it.each([
    ['a name that is none', 'clicks', 2, 'expected TOPIC/PARTITION/OFFSET'],
    ['a message that was not refused', 'clicks/0/999', 1, 'there is no dead letter of clicks/0/999'],
  ])('refuses %s', async (_what, id, code, message) => {
    const { run } = await openTest();
    expect(await run('show', id)).toMatchObject({ code, err: expect.stringContaining(message) });
  });
});

describe('dead-letters replay', () => {
  it('publishes what is accepted by now, as it was, under its own user, once however often it is asked', async () => {
    const { refuse, run, replayed, originOfLast } = await openTest();
    const value = click({ context: { big: 1 } }).replace('"big":1', '"big":12345678901234567890');
    const id = await refuse('clicks', value, 'unsupported-version', { times: 2 });
    const dry = await run('replay', id, '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: '1 would be replayed, 0 refused, 0 replayed before\n' });
    expect(await replayed('clicks')).toHaveLength(0);

    const first = await run('replay', '--reason', 'unsupported-version');
    expect(first).toMatchObject({ code: 0, out: '1 replayed, 0 refused, 0 replayed before\n' });
    expect(await run('replay', id)).toMatchObject({ code: 0, out: '0 replayed, 0 refused, 1 replayed before\n' });
    const [message, ...more] = await replayed('clicks');
    expect(more).toEqual([]);
    expect(message?.key).toBe('u');
    expect(message?.headers).toMatchObject({ trace: 'abc', 'replayed-of': expect.stringContaining(id) });
    // The id that it would have had where it stood, and not a digit changed.
    expect(String(message?.value)).toBe(`{"eventId":"${originOfLast()}",${value.slice(1)}`);

    expect((await run('list')).out).toBe('no dead letters\n');
    expect((await run('list', '--all')).out).toMatch(new RegExp(`${id}.* clicks/\\d+/\\d+`));
    expect((await run('show', id)).out).toContain('replayed to ');
  });

  it('refuses what would be refused again and says why, and takes it mended', async () => {
    const { refuse, run, replayed } = await openTest();
    const old = await refuse('clicks', click({ timestamp: 1_700_000_000, eventId: 'e1' }), 'timestamp-too-old');
    const refused = await run('replay', old);
    expect(refused).toMatchObject({ code: 1, out: '0 replayed, 1 refused, 0 replayed before\n' });
    expect(refused.err).toContain('it would be refused again: timestamp-too-old of timestamp');
    expect(await run('replay', old, '--patch', '{"timestamp":1700000000000,"context":null}')).toMatchObject({
      code: 0,
    });

    const garbage = await refuse('items', '{"itemId":', 'not-json');
    expect((await run('replay', garbage, '--patch', '{"title":"x"}')).err).toContain('it is no JSON object');
    const file = join(folder(), 'item.json');
    writeFileSync(file, '{"itemId":"i7","title":"Alien"}');
    expect(await run('replay', garbage, '--value-file', file)).toMatchObject({ code: 0 });
    expect((await replayed('items')).map(({ key, value }) => [key, String(value)])).toEqual([
      ['i7', '{"itemId":"i7","title":"Alien"}'],
    ]);
    expect((await replayed('clicks')).map(({ value }) => String(value))).toEqual([
      JSON.stringify({ userId: 'u', itemId: 'i', timestamp: 1_700_000_000_000, eventId: 'e1' }),
    ]);
  });

  it('does not bring back what was erased, nor an older word of an item over a newer one', async () => {
    const { refuse, run, publisher, full, replayed } = await openTest();
    const before = await refuse('clicks', click({ userId: 'gone' }), 'unsupported-version');
    const item = await refuse('items', '{"itemId":"i1","title":"old"}', 'unsupported-version');
    await publisher.publish(full('clicks'), [
      { key: 'gone', value: JSON.stringify({ userId: 'gone', type: 'forget', timestamp: NOW }) },
    ]);
    await publisher.publish(full('items'), [{ key: 'i1', value: '{"itemId":"i1","title":"new"}' }]);
    const after = await refuse('clicks', click({ userId: 'gone', itemId: 'after' }), 'unsupported-version');
    const { code, err } = await run('replay', '--reason', 'unsupported-version');
    expect(code).toBe(1);
    expect(err).toContain(`${before}: not replayed, its user was forgotten after it`);
    expect(err).toContain(`${item}: not replayed, there is newer word of its item`);
    expect(err).toContain(`${after}: replayed to`);
    expect(await replayed('items')).toEqual([]);
  });

  it('replays two words of an item in the order in which they came, also one at a time', async () => {
    const { env, refuse, run, publisher, full, replayed } = await openTest();
    const item = (title: string) => JSON.stringify({ itemId: 'i1', title });
    const old = await refuse('items', item('old'), 'unsupported-version');
    const newer = await refuse('items', item('newer').slice(0, -1), 'not-json');
    // The replay of the older one was cut short before its note: it is replayed again.
    const headers = { 'replayed-of': `${env.NAMESPACE}.${old}` };
    await publisher.publish(full('items'), [{ key: 'i1', value: item('old'), headers }]);
    expect(await run('replay', old)).toMatchObject({ code: 0 });
    expect(await run('replay', newer, '--value', item('newer'))).toMatchObject({ code: 0 });
    expect((await replayed('items')).map(({ value }) => String(value))).toEqual([
      item('old'),
      item('old'),
      item('newer'),
    ]);
  });

  it('publishes the newest word of an item last, though letters of different keys are read in any order', async () => {
    const { refuse, run, replayed } = await openTest();
    const items = Array.from({ length: 8 }, (_, index) => `i${index}`);
    for (const [place, title] of ['old', 'newer'].entries()) {
      for (const [index, itemId] of items.entries()) {
        const key = `k${index + place * items.length}`;
        await refuse('items', JSON.stringify({ version: 9, itemId, title }), 'unsupported-version', { key });
      }
    }
    const patch = ['--patch', '{"version":null}'];
    expect(await run('replay', '--reason', 'unsupported-version', ...patch)).toMatchObject({ code: 0 });
    const titles = new Map<string, string[]>(items.map((itemId) => [itemId, []]));
    for (const { key, value } of await replayed('items')) {
      titles.get(key ?? '')?.push((JSON.parse(String(value)) as { readonly title: string }).title);
    }
    for (const said of titles.values()) expect(said).toEqual(['old', 'newer']);
  });

  it('does not replay what its eventId would make longer than is taken, and takes it shorter', async () => {
    const { refuse, run, replayed } = await openTest();
    const room = 900_000 - click({ context: { page: '' } }).length;
    const long = await refuse('clicks', click({ context: { page: 'x'.repeat(room) } }), 'unsupported-version');
    const { code, err } = await run('replay', long);
    expect(code).toBe(1);
    expect(err).toContain('with the eventId that it gets it would be longer than 900000 bytes: replay it with --value');
    expect(await replayed('clicks')).toEqual([]);
    expect((await run('list')).out).toContain(long);
    expect(await run('replay', long, '--patch', '{"context":null}')).toMatchObject({ code: 0 });
  });

  it('cannot replay what was cut, nor a batch that nobody could read', async () => {
    const { refuse, run } = await openTest();
    const cut = await refuse('clicks', click({ context: { page: 'x'.repeat(950_000) } }), 'too-large');
    expect((await run('replay', cut)).err).toContain('only the first 900000 of its 950');
    const batch = await refuse('clicks', 'bytes of a batch', 'unreadable-batch');
    expect((await run('replay', batch)).err).toContain('its producer has to send the events again');
    expect((await run('replay', cut, '--value', click())).code).toBe(0);
  });

  it.each([
    ['nothing named', [], 'say which'],
    ['a value for many', ['--reason', 'x', '--value', '{}'], 'are of one message'],
    ['two mendings', ['clicks/0/1', '--value', '{}', '--patch', '{}'], 'give one of'],
    ['a patch that is none', ['clicks/0/1', '--patch', '[1]'], 'expected a JSON object'],
    ['a file that is not there', ['clicks/0/1', '--value-file', '/nowhere/x'], '--value-file: '],
  ])('does not understand %s', async (_what, args, message) => {
    const { run } = await openTest();
    expect(await run('replay', ...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
