import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config/load-config.js';
import type { Health } from '../health/create-health.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics/create-metrics.js';
import { answerClientError } from './answer-client-error.js';
import { addApiKeyGate, addCallers } from './api-key-gate.js';
import { addContentRules } from './content-rules.js';
import { addCors } from './cors.js';
import { addDocsRoutes, type ApiDescription } from './docs-routes.js';
import { errorBody, HttpError } from './http-error.js';
import { addGracefulClose } from './graceful-close.js';
import { addObservabilityRoutes } from './observability-routes.js';
import { addRateLimit } from './rate-limit.js';
import { addSecurityHeaders, SECURITY_HEADERS } from './security-headers.js';
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
    /** Dependencies (names given to `health.dependency`) without which the route answers 503. */
    requires?: readonly string[];
  }
}

export interface HttpServerOptions {
  readonly service: string;
  readonly config: Pick<Config, 'apiKeys' | 'corsOrigins' | 'rateLimit' | 'bodyLimitBytes'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Present for services with an API: serves `/openapi.json` and the page `/docs`. */
  readonly api?: ApiDescription;
  /** How long a request may take to come in, ms: its headers, and all of it. */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number };
}

/** Longest part of a path: an id of 512 bytes, percent-encoded, is three times as long. */
const MAX_PARAM_LENGTH = 512 * 3;
const PATIENCE = { headersMs: 10_000, requestMs: 30_000 };
/** How often connections are looked at for those that have taken too long, ms. */
const LOOK_EVERY_MS = 1_000;

/**
 * An HTTP server with what every service has: health, metrics, API keys, rate limit, uniform errors, sane headers. Add
 * routes with zod schemas (`config.role` names whose keys may ask, `config.requires` the dependencies they need), then {@link listen}.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { service, config, logger, metrics, health, api } = options;
  const { headersMs, requestMs } = options.patience ?? PATIENCE;
  const server: HttpServer = fastify({
    loggerInstance: logger.child({ part: 'http' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimitBytes,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    requestTimeout: requestMs,
    // What arrives while the server closes is answered like all else: what answers it closes later.
    return503OnClosing: false,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: Math.min(headersMs, LOOK_EVERY_MS) },
    // Before any route is found, and so past every hook.
    frameworkErrors: (error, _request, reply: Pick<FastifyReply, 'code' | 'headers' | 'send'>) => {
      const { statusCode, body } = toAnswer(error);
      void reply.code(statusCode).headers(SECURITY_HEADERS).send(body);
    },
    clientErrorHandler: (error, socket: Socket) => answerClientError(error, socket),
  }).withTypeProvider<ZodTypeProvider>();
  // Their length is limited. By number, Node would drop those that are too many without a word, the key among them.
  server.server.maxHeadersCount = 0;
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
  addGracefulClose(server);
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpSeconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  await addCors(server, config.corsOrigins);
  addCallers(server, config.apiKeys);
  if (config.rateLimit > 0) await addRateLimit(server, config.rateLimit);
  addApiKeyGate(server, config.apiKeys);
  // After the key: who may not ask is not told what is down.
  server.addHook('preParsing', async (request) => {
    const missing = health.missing(request.routeOptions.config.requires ?? []);
    if (missing.length > 0) throw new HttpError(503, 'unavailable', `not ready: waiting for ${missing.join(', ')}`);
  });
  addContentRules(server);
  addNotFound(server, config.rateLimit > 0);
  if (api) await addDocsRoutes(server, service, api);
  addObservabilityRoutes(server, health, metrics);
  return server;
}

function addNotFound(server: HttpServer, limited: boolean): void {
  server.setNotFoundHandler(limited ? { preHandler: server.rateLimit() } : {}, (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    return reply.code(404).send(errorBody('not-found', `no such route: ${request.method} ${path.slice(0, 200)}`));
  });
}
