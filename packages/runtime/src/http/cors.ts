import cors from '@fastify/cors';
import type { HttpServer } from './create-http-server.js';

/** How long a browser may remember what it was allowed, in seconds. */
const MAX_AGE_SECONDS = 600;

/** Lets pages of these origins, and no others, call from a browser. Without any, no answer has a word about it, so browsers refuse. */
export async function addCors(server: HttpServer, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  await server.register(cors, {
    // `false` leaves a preflight of others to the routes, where there is none.
    origin: (origin, done) => done(null, origin !== undefined && allowed.has(origin) && origin),
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['content-type', 'x-api-key'],
    exposedHeaders: ['retry-after'],
    maxAge: MAX_AGE_SECONDS,
    strictPreflight: false,
  });
}
