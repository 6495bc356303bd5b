import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { ApiKey, Role } from '../config/parse-api-keys.js';
import { createKeyring, type Caller } from './api-keys.js';
import type { HttpServer } from './create-http-server.js';
import { HttpError } from './http-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked for without a key. */
    open?: boolean;
    /** Whose keys may ask, besides an admin's; absent: an admin's alone. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Who asks; null where no keys are set, or none of them came along (then only open routes go on). */
    caller: Caller | null;
  }
}

/**
 * An admin may do what every role may, and so may everybody where no keys are set.
 *
 * @throws HttpError 403 where who asks may not do what this role may; `what` is told
 */
export function requireRole({ caller }: Pick<FastifyRequest, 'caller'>, role: Role, what: string): void {
  if (caller === null || caller.role === role || caller.role === 'admin') return;
  const roles = role === 'admin' ? 'admin' : `${role} or admin`;
  throw new HttpError(403, 'forbidden', `${what} needs a key of the role ${roles}`);
}

/** Finds who asks, once for each request: for the rate limit, which comes next, and for the gate. */
export function addCallers(server: HttpServer, keys: readonly ApiKey[]): void {
  server.decorateRequest('caller', null);
  if (keys.length === 0) return;
  const callerOf = createKeyring(keys);
  server.addHook('onRequest', async (request) => {
    request.caller = callerOf(apiKeyOf(request.headers)) ?? null;
  });
}

/**
 * Refuses every route that is not open without a key (401) or with one of another role (403), and says in the API's description which
 * it needs. To be added after {@link addCallers} and the rate limit: wrong keys count for their address. A right key is never made to suffer for wrong ones
 * of the same address, or one caller with an old key would shut out all others behind its proxy.
 */
export function addApiKeyGate(server: HttpServer, keys: readonly ApiKey[]): void {
  if (keys.length === 0) return;
  server.addHook('onRoute', (route) => {
    if (route.config?.open) return;
    // For a scheme that is not OAuth, OpenAPI 3.1 takes a list of roles here.
    route.schema = { ...route.schema, security: [{ apiKey: [route.config?.role ?? 'admin'] }] };
  });
  server.addHook('preParsing', async (request) => {
    const { open, role } = request.routeOptions.config;
    if (request.is404 || open) return;
    if (request.caller === null) {
      throw new HttpError(401, 'unauthorized', 'expected a valid API key in the header x-api-key', 'x-api-key');
    }
    requireRole(request, role ?? 'admin', 'this call');
  });
}

function apiKeyOf(headers: IncomingMessage['headers']): string | undefined {
  const value = headers['x-api-key'];
  return Array.isArray(value) ? value[0] : value;
}
