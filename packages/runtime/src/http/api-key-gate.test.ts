import { describe, expect, it } from 'vitest';
import type { HttpServer } from './create-http-server.js';
import { openTestServer } from './open-test-server.js';

const KEYS = 'publish:publisher,publish:publisher-2,read:reader-key,admin:admin-key,bare-key';
const CALLS = [
  ['GET', '/v1/things/7', 'read'],
  ['HEAD', '/v1/things/7', 'read'],
  ['POST', '/v1/things', 'publish'],
  ['DELETE', '/v1/things/7', 'admin'],
] as const;

const ask = (server: HttpServer, method: (typeof CALLS)[number][0], url: string, key?: string) =>
  server.inject({
    method,
    url,
    headers: { ...(key !== undefined && { 'x-api-key': key }) },
    ...(method === 'POST' && { payload: { user: { id: 'u' } } }),
  });

describe('addApiKeyGate', () => {
  it.each([
    ['publisher', { read: 403, publish: 200, admin: 403 }],
    ['publisher-2', { read: 403, publish: 200, admin: 403 }],
    ['reader-key', { read: 200, publish: 403, admin: 403 }],
    ['admin-key', { read: 200, publish: 200, admin: 200 }],
    ['bare-key', { read: 200, publish: 200, admin: 200 }],
    ['publish:publisher', { read: 401, publish: 401, admin: 401 }],
    ['wrong-key', { read: 401, publish: 401, admin: 401 }],
    [undefined, { read: 401, publish: 401, admin: 401 }],
  ])('lets %j do what its role may and nothing else', async (key, allowed) => {
    const { server } = await openTestServer({ apiKeys: KEYS });
    for (const [method, url, role] of CALLS) {
      expect([method, (await ask(server, method, url, key)).statusCode]).toEqual([method, allowed[role]]);
    }
  });

  it('says which role is missing, not which key was sent', async () => {
    const { server, lines } = await openTestServer({ apiKeys: KEYS });
    const answer = await ask(server, 'GET', '/v1/things/7', 'publisher');
    expect(answer.json()).toEqual({
      error: { code: 'forbidden', message: 'this call needs a key of the role read or admin' },
    });
    await ask(server, 'GET', '/v1/things/7', 'a-wrong-key');
    expect(lines.join('')).not.toMatch(/publisher|a-wrong-key/);
  });

  it('takes a route that names no role for an admin’s', async () => {
    const { server } = await openTestServer({ apiKeys: KEYS });
    expect((await server.inject({ url: '/v1/fails/x', headers: { 'x-api-key': 'reader-key' } })).statusCode).toBe(403);
  });

  it('tells in the description which role a call needs, and nothing where no keys are set', async () => {
    const securityOf = async (settings: Parameters<typeof openTestServer>[0]) => {
      const { server } = await openTestServer(settings);
      const api = (await server.inject({ url: '/openapi.json' })).json<{
        paths: Record<string, Record<string, { security?: unknown }>>;
      }>();
      const { get, delete: remove } = api.paths['/v1/things/{id}'] ?? {};
      return [get?.security, api.paths['/v1/things']?.['post']?.security, remove?.security];
    };
    expect(await securityOf({ apiKeys: KEYS })).toEqual([
      [{ apiKey: ['read'] }],
      [{ apiKey: ['publish'] }],
      [{ apiKey: ['admin'] }],
    ]);
    expect(await securityOf({})).toEqual([undefined, undefined, undefined]);
  });

  it('refuses wrong keys by their address, and lets a right one from there through', async () => {
    const { server } = await openTestServer({ apiKeys: KEYS, rateLimit: 3 });
    const guess = (index: number, remoteAddress: string) =>
      server.inject({ url: '/v1/things/7', headers: { 'x-api-key': `wrong-key-${index}` }, remoteAddress });
    const limited = async (remoteAddress: (index: number) => string) => {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => guess(index, remoteAddress(index))));
      return answers.map(({ statusCode }) => statusCode).filter((code) => code === 429).length;
    };
    expect(await limited(() => '10.0.0.1')).toBeGreaterThanOrEqual(5);
    // A customer has a whole network of IPv6.
    expect(await limited((index) => `2001:db8:1:2::${index}`)).toBeGreaterThanOrEqual(5);
    const right = { url: '/v1/things/7', headers: { 'x-api-key': 'reader-key' }, remoteAddress: '10.0.0.1' };
    expect((await server.inject(right)).statusCode).toBe(200);
  });
});
