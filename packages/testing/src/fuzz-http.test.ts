import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fuzzHttp } from './fuzz-http.js';

const OPENAPI = {
  paths: {
    '/v1/things/{id}': {
      get: { parameters: [{ name: 'id', in: 'path', schema: { type: 'string', minLength: 1 } }] },
      post: {
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { n: { type: 'integer' } } } } },
        },
      },
    },
  },
};

/** A server that answers as `answer` says; its errors are in the form `{ "error": ... }`. */
async function started(answer: (path: string) => [status: number, body: string]): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] =
      request.url === '/openapi.json'
        ? [200, JSON.stringify(OPENAPI)]
        : request.url === '/healthz'
          ? [200, '{}']
          : answer(request.url ?? '');
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const fuzz = async (answer: (path: string) => [number, string]) =>
  fuzzHttp({
    address: await started(answer),
    seconds: 1,
    checkError: (body) => expect(body).toMatchObject({ error: expect.anything() }),
  });

describe('fuzzHttp', () => {
  it('counts what a service answers that keeps to its form', async () => {
    const statuses = await fuzz((path) =>
      path.startsWith('/v1/things/') ? [200, '{}'] : [404, '{"error":"no such route"}'],
    );
    expect([...statuses.keys()]).toContain(200);
  });

  it.each([
    ['a failure', 500, '{"error":"x"}', /answered 500/],
    ['an error in another form', 400, '{"message":"x"}', /to match object/],
    ['an error that is no JSON', 400, '<html>', /JSON/],
  ])('finds %s, and tells the seed', async (_what, status, body, message) => {
    const failing = fuzz((path) => (path.startsWith('/v1/things/') ? [status, body] : [200, '{}']));
    const error: unknown = await failing.catch((thrown: unknown) => thrown);
    const told = error instanceof Error ? `${error.message} ${String(error.cause)}` : '';
    expect(told).toMatch(/seed: -?\d+/);
    expect(told).toMatch(message);
  });

  it('lets a service say that it is not ready', async () => {
    expect([...(await fuzz(() => [503, '{"error":"not ready"}'])).keys()]).toEqual([503]);
  });
});
