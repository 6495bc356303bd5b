import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type RawServerDefault,
} from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/load-config.js';
import type { Health } from '../health/create-health.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics/create-metrics.js';
import { createKeyring } from './api-keys.js';
import { errorBody, HttpError } from './http-error.js';
import { addObservabilityRoutes } from './observability-routes.js';
import { addSecurityHeaders } from './security-headers.js';
import { toAnswer } from './to-answer.js';

/** A fastify instance whose routes take zod schemas. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked for without a key. */
    open?: boolean;
    /** Dependencies (names given to `health.dependency`) without which the route answers 503. */
    requires?: readonly string[];
  }
}

export interface HttpServerOptions {
  readonly service: string;
  readonly config: Pick<Config, 'apiKeys' | 'rateLimit' | 'bodyLimitBytes'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Present for services with an API: serves `/openapi.json` and the page `/docs`. */
  readonly api?: { readonly title: string; readonly description: string };
}

const DOCS_CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

/** Longest part of a path: an id of 512 bytes, percent-encoded, is three times as long. */
const MAX_PARAM_LENGTH = 512 * 3;

/**
 * An HTTP server with what every service has: health, metrics, API keys, rate limit, uniform errors, sane headers. Add
 * routes with zod schemas (`config.requires` names the dependencies they need), then {@link listen}.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { service, config, logger, metrics, health, api } = options;
  const server: HttpServer = fastify({
    loggerInstance: logger.child({ part: 'http' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimitBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    requestTimeout: 30_000,
    frameworkErrors: (error, _request, reply: Pick<FastifyReply, 'code' | 'send'>) => {
      const { statusCode, body } = toAnswer(error);
      void reply.code(statusCode).send(body);
    },
    clientErrorHandler: (_error, socket) => {
      if (!socket.writable) return;
      const body = JSON.stringify(errorBody('invalid-request', 'the request is not valid HTTP'));
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
    },
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler((error, request, reply) => {
    const { statusCode, body, ours } = toAnswer(error);
    if (ours)
      request.log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed');
    if (statusCode === 503) void reply.header('retry-after', '1');
    return reply.code(statusCode).send(body);
  });

  addSecurityHeaders(server);
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpSeconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  await addRateLimit(server, config);
  addApiKeys(server, config.apiKeys);
  // After the key: who may not ask is not told what is down.
  server.addHook('preParsing', async (request) => {
    const missing = health.missing(request.routeOptions.config.requires ?? []);
    if (missing.length > 0) throw new HttpError(503, 'unavailable', `not ready: waiting for ${missing.join(', ')}`);
  });
  addNotFound(server, config.rateLimit > 0);
  if (api) await addDocs(server, service, api, config.apiKeys.length > 0);
  addObservabilityRoutes(server, health, metrics);
  return server;
}

async function addRateLimit(server: HttpServer, config: HttpServerOptions['config']): Promise<void> {
  if (config.rateLimit === 0) return;
  const callerOf = createKeyring(config.apiKeys);
  await server.register(rateLimit, {
    max: config.rateLimit,
    timeWindow: 1000,
    // Only a key that is right names a caller: else any number of made-up keys would each have a limit of its own.
    keyGenerator: (request) => callerOf(apiKeyOf(request.headers)) ?? request.ip,
    errorResponseBuilder: (_request, { max }) =>
      new HttpError(429, 'rate-limited', `at most ${max} requests a second; wait for retry-after seconds`),
  });
}

/** Runs after the rate limit, which therefore also holds for guessing keys. */
function addApiKeys(server: HttpServer, keys: readonly string[]): void {
  if (keys.length === 0) return;
  const callerOf = createKeyring(keys);
  server.addHook('preParsing', async (request) => {
    if (request.is404 || request.routeOptions.config.open) return;
    if (callerOf(apiKeyOf(request.headers)) === undefined) {
      throw new HttpError(401, 'unauthorized', 'expected a valid API key in the header x-api-key', 'x-api-key');
    }
  });
}

function apiKeyOf(headers: IncomingMessage['headers']): string | undefined {
  const value = headers['x-api-key'];
  return Array.isArray(value) ? value[0] : value;
}

function addNotFound(server: HttpServer, limited: boolean): void {
  server.setNotFoundHandler(limited ? { preHandler: server.rateLimit() } : {}, (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    return reply.code(404).send(errorBody('not-found', `no such route: ${request.method} ${path.slice(0, 200)}`));
  });
}

async function addDocs(
  server: HttpServer,
  service: string,
  api: NonNullable<HttpServerOptions['api']>,
  keyed: boolean,
): Promise<void> {
  server.addHook('onRoute', (route) => {
    route.schema = { tags: [service], ...route.schema };
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: api.title, description: api.description, version: '1' },
      tags: [{ name: service }],
      components: { securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } } },
      ...(keyed && { security: [{ apiKey: [] }] }),
    },
    transform: jsonSchemaTransform,
  });
  await server.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    // Every script and style from this server and no outside validator: the page works without the internet. The plugin's
    // own policy also upgrades requests to HTTPS, which breaks the page where there is none.
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      transformStaticCSP: () => DOCS_CSP,
      uiConfig: { validatorUrl: null },
    });
  });
  server.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => server.swagger());
}
