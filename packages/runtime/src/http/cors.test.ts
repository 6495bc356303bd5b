import { expect, it } from 'vitest';
import type { HttpServer } from './create-http-server.js';
import { openTestServer } from './open-test-server.js';

const SHOP = 'https://shop.example';

const ask = (server: HttpServer, origin: string) => server.inject({ url: '/v1/things/7', headers: { origin } });
const preflight = (server: HttpServer, origin: string, method = 'POST') =>
  server.inject({
    method: 'OPTIONS',
    url: '/v1/things',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' },
  });
const corsHeaders = (headers: Record<string, unknown>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

it('says nothing to pages of other origins unless some are set', async () => {
  const { server } = await openTestServer();
  const answer = await ask(server, SHOP);
  expect([answer.statusCode, corsHeaders(answer.headers)]).toEqual([200, []]);
  const refused = await preflight(server, SHOP);
  expect([refused.statusCode, corsHeaders(refused.headers)]).toEqual([404, []]);
});

it('lets the pages of the origins that are set call, and no others', async () => {
  const { server } = await openTestServer({ corsOrigins: [SHOP, 'http://localhost:3000'] });
  expect((await ask(server, SHOP)).headers).toMatchObject({ 'access-control-allow-origin': SHOP, vary: 'Origin' });
  const allowed = await preflight(server, SHOP);
  expect(allowed.statusCode).toBe(204);
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': SHOP,
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    'access-control-allow-headers': 'content-type, x-api-key',
  });
  expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
  for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null']) {
    expect((await ask(server, origin)).headers['access-control-allow-origin']).toBeUndefined();
    const refused = await preflight(server, origin);
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([404, undefined]);
  }
});

it('asks a page of an allowed origin for its key like everybody', async () => {
  const { server } = await openTestServer({ corsOrigins: [SHOP], apiKeys: 'read:reader-key' });
  expect((await preflight(server, SHOP)).statusCode).toBe(204);
  const answer = await ask(server, SHOP);
  expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([401, SHOP]);
});
