import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openTestServer, sendRaw } from './open-test-server.js';
import { SECURITY_HEADERS } from './security-headers.js';

const HOST = 'Host: x\r\n';
const LAST = `${HOST}Connection: close\r\n`;

/** Status and JSON of the last answer in what came over the wire. */
function read(text: string): { status: number; code: unknown } {
  const status = Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]);
  const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as { error?: { code?: unknown } };
  return { status, code: body.error?.code };
}

describe('what is not as it should be over the wire', () => {
  it.each([
    ['no HTTP', 'GARBAGE\r\n\r\n', 400, 'invalid-request'],
    ['a method that HTTP does not have', `FETCH /v1/things/7 HTTP/1.1\r\n${LAST}\r\n`, 400, 'invalid-request'],
    ['a method that no route takes', `PATCH /v1/things/7 HTTP/1.1\r\n${LAST}\r\n`, 404, 'not-found'],
    ['a path of 20 kB', `GET /v1/things/${'x'.repeat(20_000)} HTTP/1.1\r\n${LAST}\r\n`, 431, 'too-long'],
    [
      'a part of the path that is no id',
      `GET /v1/things/${'x'.repeat(2_000)} HTTP/1.1\r\n${LAST}\r\n`,
      414,
      'too-long',
    ],
    ['a header of 20 kB', `GET / HTTP/1.1\r\nX-A: ${'x'.repeat(20_000)}\r\n${LAST}\r\n`, 431, 'too-long'],
    ['10,000 headers', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(10_000)}${LAST}\r\n`, 431, 'too-long'],
    ['a header with NUL in it', `GET / HTTP/1.1\r\nX-A: a\0b\r\n${LAST}\r\n`, 400, 'invalid-request'],
    ['two lengths', `POST /v1/things HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n${LAST}\r\n`, 400, 'invalid-request'], // prettier-ignore
    ['a length and chunks', `POST /v1/things HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n${LAST}\r\n`, 400, 'invalid-request'], // prettier-ignore
    ['a length past the limit', `POST /v1/things HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n${LAST}\r\n`, 413, 'too-large'], // prettier-ignore
    ['a path that is no URL', `GET /v1/things/%zz HTTP/1.1\r\n${LAST}\r\n`, 400, 'invalid-request'],
    ['a path of bytes that are no UTF-8', `GET /v1/things/%ff%fe HTTP/1.1\r\n${LAST}\r\n`, 400, 'invalid-request'],
  ])('answers %s in the one form, with the headers of every answer', async (_what, request, status, code) => {
    const { server } = await openTestServer();
    const text = await sendRaw(server, request);
    expect(read(text)).toEqual({ status, code });
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(text).toContain(`${name}: ${value}\r\n`);
    expect((await server.inject({ url: '/v1/things/7' })).statusCode).toBe(200);
  });

  it('answers requests sent without waiting for answers, each and in order', async () => {
    const { server } = await openTestServer();
    const paths = Array.from({ length: 20 }, (_, index) => `/v1/things/${index}`);
    const requests = paths.map((path, index) => `GET ${path} HTTP/1.1\r\n${index === 19 ? LAST : HOST}\r\n`);
    const text = await sendRaw(server, requests.join(''));
    expect([...text.matchAll(/"id":"(\d+)"/g)].map(([, id]) => id)).toEqual(paths.map((_, index) => String(index)));
  });

  it('drops no header, however many there are', async () => {
    const { server } = await openTestServer({ apiKeys: 'read:reader-key' });
    const headers = `${'A: b\r\n'.repeat(3_000)}x-api-key: reader-key\r\n${LAST}`;
    expect(await sendRaw(server, `GET /v1/things/7 HTTP/1.1\r\n${headers}\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each([
    ['headers', 'GET / HTTP/1.1\r\nX-A: a'],
    [
      'a body',
      `POST /v1/things HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"user"`,
    ],
  ])('does not wait for ever for %s', async (_what, beginning) => {
    const { server } = await openTestServer({ patience: { headersMs: 100, requestMs: 200 } });
    expect(read(await sendRaw(server, beginning))).toEqual({ status: 408, code: 'too-slow' });
  });
});

describe('bodies', () => {
  const post = async (payload: string | Buffer, headers: Record<string, string> = {}) => {
    const { server } = await openTestServer();
    const answer = await server.inject({
      method: 'POST',
      url: '/v1/things',
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return [answer.statusCode, answer.json<{ error?: { code: string } }>().error?.code];
  };
  const good = '{"user":{"id":"u"}}';

  it.each([
    ['bytes that are no UTF-8', Buffer.from('{"user":{"id":"\xff"}}', 'latin1'), {}, [400, 'malformed-json']],
    ['half of a character', Buffer.from('{"user":{"id":"\xc3"}}', 'latin1'), {}, [400, 'malformed-json']],
    ['a compressed body', gzipSync(good), { 'content-encoding': 'gzip' }, [415, 'unsupported-media-type']],
    ['compressed, without a word of it', gzipSync(good), {}, [400, 'malformed-json']],
    ['a key __proto__', '{"user":{"id":"u","__proto__":{"admin":true}}}', {}, [400, 'malformed-json']],
    ['a constructor with a prototype', '{"constructor":{"prototype":{"a":1}}}', {}, [400, 'malformed-json']],
    ['400 levels of nesting', `${'['.repeat(400)}${']'.repeat(400)}`, {}, [400, 'invalid-request']],
    ['plain text', good, { 'content-type': 'text/plain' }, [415, 'unsupported-media-type']],
    ['a form', 'user=1', { 'content-type': 'application/x-www-form-urlencoded' }, [415, 'unsupported-media-type']],
    ['a content type that is none', good, { 'content-type': ';;;' }, [415, 'unsupported-media-type']],
    ['no content type', good, { 'content-type': '' }, [415, 'unsupported-media-type']],
  ])('refuses %s', async (_what, payload, headers, expected) => {
    expect(await post(payload, headers)).toEqual(expected);
  });

  it.each([
    ['a body as it is', good, { 'content-encoding': 'identity' }],
    ['a byte order mark', Buffer.from(`\ufeff${good}`), {}],
    ['a charset', good, { 'content-type': 'application/json; charset=utf-8' }],
    ['a key twice, of which the last counts', '{"user":7,"user":{"id":"u"}}', {}],
  ])('takes %s', async (_what, payload, headers) => {
    expect(await post(payload, headers)).toEqual([200, undefined]);
  });
});
