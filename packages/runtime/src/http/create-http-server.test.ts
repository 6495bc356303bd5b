import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import type { HttpServer } from './create-http-server.js';
import { listen } from './listen.js';
import { openTestServer, sendRaw } from './open-test-server.js';

const KEY = 'a-good-key';

const get = (server: HttpServer, url: string, key?: string) =>
  server.inject({ method: 'GET', url, ...(key !== undefined && { headers: { 'x-api-key': key } }) });

const post = (server: HttpServer, payload: string, type = 'application/json') =>
  server.inject({ method: 'POST', url: '/v1/things', payload, headers: { 'content-type': type } });

describe('createHttpServer', () => {
  it('answers a typed route', async () => {
    const { server } = await openTestServer();
    expect((await get(server, '/v1/things/a%20%2Fb?limit=3')).json()).toEqual({ id: 'a /b', limit: 3 });
    expect((await get(server, `/v1/things/${'%C3%A4'.repeat(256)}`)).statusCode).toBe(200);
  });

  it('answers 400 with the field and what was expected', async () => {
    const { server } = await openTestServer();
    const query = await get(server, '/v1/things/7?limit=1000');
    expect(query.statusCode).toBe(400);
    expect(query.json()).toEqual({
      error: { code: 'invalid-request', message: expect.stringContaining('<=200'), field: 'limit' },
    });
    const body = await post(server, '{"user":{"id":7}}');
    expect(body.statusCode).toBe(400);
    expect(body.json()).toEqual({
      error: { code: 'invalid-request', message: expect.stringContaining('expected string'), field: 'user.id' },
    });
  });

  it.each([
    ['broken JSON', '{"a', 'application/json', 400, 'malformed-json'],
    ['an empty body', '', 'application/json', 400, 'malformed-json'],
    ['prototype poisoning', '{"__proto__":{"a":1}}', 'application/json', 400, 'malformed-json'],
    ['another content type', '<a/>', 'text/xml', 415, 'unsupported-media-type'],
    ['a body that is too long', JSON.stringify({ a: 'x'.repeat(2000) }), 'application/json', 413, 'too-large'],
  ])('answers %s in one form', async (_what, payload, type, status, code) => {
    const { server } = await openTestServer();
    const answer = await post(server, payload, type);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code } });
  });

  it('answers 404 for a route that is not there, and 400 for a path that cannot be read', async () => {
    const { server } = await openTestServer({ apiKeys: KEY });
    const absent = await get(server, '/nowhere?secret=1');
    expect(absent.statusCode).toBe(404);
    expect(absent.json()).toEqual({ error: { code: 'not-found', message: 'no such route: GET /nowhere' } });
    expect((await get(server, '/v1/things/%zz', KEY)).json()).toMatchObject({ error: { code: 'invalid-request' } });
  });

  it('says what a handler means to say', async () => {
    const { server } = await openTestServer();
    const answer = await get(server, '/v1/fails/unknown-item');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ error: { code: 'unknown-item', message: 'no such item', field: 'itemId' } });
  });

  it('keeps its own failures to the log', async () => {
    const { server, lines } = await openTestServer();
    const answer = await get(server, '/v1/fails/badly');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({ error: { code: 'internal', message: 'something went wrong on our side' } });
    expect(lines.join('')).toContain('hunter2');
  });

  it('answers 503 while a dependency fails or is missing', async () => {
    const { server, health } = await openTestServer();
    const away = await get(server, '/v1/fails/away');
    expect(away.statusCode).toBe(503);
    expect(away.body).not.toContain('secret-host');
    const redis = health.dependency('redis');
    const starting = await get(server, '/v1/needs-redis');
    expect(starting.statusCode).toBe(503);
    expect(starting.headers['retry-after']).toBe('1');
    expect(starting.json()).toEqual({ error: { code: 'unavailable', message: 'not ready: waiting for redis' } });
    redis.up();
    expect((await get(server, '/v1/needs-redis')).statusCode).toBe(200);
  });

  it('asks for a key where keys are set, but not for health, metrics and documentation', async () => {
    const { server, health } = await openTestServer({ apiKeys: `another-key,${KEY}` });
    health.dependency('redis').down('gone');
    for (const key of [undefined, '', 'wrong', `${KEY}x`]) {
      const answer = await get(server, '/v1/needs-redis', key);
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ error: { code: 'unauthorized', field: 'x-api-key' } });
    }
    expect((await get(server, '/v1/things/7', KEY)).statusCode).toBe(200);
    for (const url of ['/healthz', '/metrics', '/openapi.json', '/docs/']) {
      expect([url, (await get(server, url)).statusCode]).toEqual([url, 200]);
    }
    expect((await get(server, '/readyz')).statusCode).toBe(503);
  });

  it('limits how often one caller may ask, health left out', async () => {
    const { server } = await openTestServer({ apiKeys: KEY, rateLimit: 5 });
    const codes = async (count: number, url: string, key?: (index: number) => string) => {
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => get(server, url, key?.(index))));
      return answers.map(({ statusCode }) => statusCode);
    };
    const guesses = await codes(20, '/v1/things/7', (index) => `guess-${index}`);
    expect(guesses.filter((code) => code === 429).length).toBeGreaterThanOrEqual(10);
    const limited = await get(server, '/v1/things/7', 'guess-again');
    expect(limited.headers['retry-after']).toBe('1');
    expect(limited.json()).toMatchObject({ error: { code: 'rate-limited' } });
    expect(await codes(1, '/v1/things/7', () => KEY)).toEqual([200]);
    expect(await codes(20, '/healthz')).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it('reports health and readiness with their parts', async () => {
    const { server, health } = await openTestServer();
    health.dependency('kafka').down('connection refused');
    health.heartbeat('clicks', 60_000);
    expect((await get(server, '/healthz')).json()).toMatchObject({
      status: 'ok',
      heartbeats: { clicks: { overdue: false } },
    });
    const ready = await get(server, '/readyz');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toEqual({
      status: 'not-ready',
      dependencies: { kafka: { state: 'down', reason: 'connection refused' } },
    });
  });

  it('describes its routes, and measures them by route', async () => {
    const { server } = await openTestServer();
    await get(server, '/v1/things/7');
    const api = (await get(server, '/openapi.json')).json<{ paths: Record<string, unknown> }>();
    expect(Object.keys(api.paths).toSorted()).toEqual([
      '/v1/fails/{how}',
      '/v1/needs-redis',
      '/v1/things',
      '/v1/things/{id}',
    ]);
    const metrics = (await get(server, '/metrics')).body;
    expect(metrics).toContain(
      'click_recall_http_request_seconds_count{service="recall",method="GET",route="/v1/things/:id",status="200"} 1',
    );
  });

  it('shows the documentation without anything from elsewhere', async () => {
    const { server } = await openTestServer();
    const page = await get(server, '/docs/');
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'self';/);
    expect(page.headers['content-security-policy']).not.toContain('http');
  });

  it('sets sane headers', async () => {
    const { server } = await openTestServer();
    const { headers } = await get(server, '/v1/things/7');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('answers what is not HTTP in the same form', async () => {
    const { server } = await openTestServer();
    const text = await sendRaw(server, 'GARBAGE\r\n\r\n');
    expect(text).toMatch(
      /^HTTP\/1.1 400 .*{"error":{"code":"invalid-request","message":"the request is not valid HTTP"}}$/s,
    );
  });
});

describe('listen', () => {
  it('names the variable when the port is taken', async () => {
    const [one, two] = [await openTestServer(), await openTestServer()];
    await listen(one.server, { host: '127.0.0.1', port: 0, variable: 'RECALL_PORT' });
    const { port } = one.server.server.address() as AddressInfo;
    const failing = listen(two.server, { host: '127.0.0.1', port, variable: 'RECALL_PORT' });
    await expect(failing).rejects.toThrow(ConfigError);
    await expect(failing).rejects.toThrow(`RECALL_PORT: port ${port} of 127.0.0.1 is taken`);
  });
});
