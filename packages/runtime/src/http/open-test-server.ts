import { connect, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { apiKeysSchema } from '../config/parse-api-keys.js';
import { RetriableError } from '../errors.js';
import { createHealth } from '../health/create-health.js';
import { openTestLog } from '../open-test-log.js';
import { createMetrics } from '../metrics/create-metrics.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './create-http-server.js';
import { HttpError } from './http-error.js';
import { listen } from './listen.js';

export interface TestServerSettings {
  /** Written as in the environment. */
  readonly apiKeys?: string;
  readonly corsOrigins?: readonly string[];
  readonly rateLimit?: number;
  readonly patience?: NonNullable<HttpServerOptions['patience']>;
}

/** For tests only: a server with a few routes, closed when the test ends. */
export async function openTestServer({ apiKeys, corsOrigins = [], rateLimit = 0, patience }: TestServerSettings = {}) {
  const { logger, lines } = openTestLog('recall');
  const metrics = createMetrics('recall');
  const health = createHealth({ logger, metrics });
  const server = await createHttpServer({
    service: 'recall',
    config: {
      apiKeys: apiKeys === undefined ? [] : apiKeysSchema.parse(apiKeys),
      corsOrigins,
      rateLimit,
      bodyLimitBytes: 1024,
    },
    logger,
    metrics,
    health,
    api: { title: 'Recall', description: 'test' },
    ...(patience && { patience }),
  });
  onTestFinished(async () => {
    await server.close();
    health.close();
  });
  addRoutes(server);
  return { server, health, metrics, lines };
}

function addRoutes(server: HttpServer): void {
  server.get(
    '/v1/things/:id',
    {
      config: { role: 'read' },
      schema: {
        params: z.object({ id: z.string().max(512) }),
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(10) }),
        response: { 200: z.object({ id: z.string(), limit: z.number() }) },
      },
    },
    async (request) => ({ id: request.params.id, limit: request.query.limit }),
  );
  server.post(
    '/v1/things',
    { config: { role: 'publish' }, schema: { body: z.object({ user: z.object({ id: z.string() }) }) } },
    async () => ({}),
  );
  server.delete('/v1/things/:id', { schema: { params: z.object({ id: z.string() }) } }, async () => ({}));
  server.get('/v1/needs-redis', { config: { requires: ['redis'], role: 'read' } }, async () => ({}));
  server.get('/v1/fails/:how', { schema: { params: z.object({ how: z.string() }) } }, async (request) => {
    if (request.params.how === 'unknown-item') throw new HttpError(404, 'unknown-item', 'no such item', 'itemId');
    if (request.params.how === 'away') throw new RetriableError('redis at secret-host refused');
    throw new Error('the password is hunter2');
  });
}

/** Writes bytes to the server's port and gives all that comes back until it ends the connection. */
export async function sendRaw(server: HttpServer, ...chunks: readonly (string | Uint8Array)[]): Promise<string> {
  if (!server.server.listening) await listen(server, { host: '127.0.0.1', port: 0, variable: 'RECALL_PORT' });
  const { port } = server.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => resolve(received));
    // What was refused before it was read to its end is cut off.
    socket.on('error', (error: Error & { code?: string }) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(received) : reject(error),
    );
  });
}
