import type { Health } from '../health/create-health.js';
import type { Metrics } from '../metrics/create-metrics.js';
import type { HttpServer } from './create-http-server.js';

const open = { config: { open: true, rateLimit: false }, schema: { hide: true } } as const;

/** `/healthz`, `/readyz` and `/metrics`: the same for every service, asked for without a key and without a limit. */
export function addObservabilityRoutes(server: HttpServer, health: Health, metrics: Metrics): void {
  server.get('/healthz', open, async (_request, reply) => {
    const { live, eventLoopLagMs, heartbeats } = health.report();
    return reply.code(live ? 200 : 503).send({ status: live ? 'ok' : 'unhealthy', eventLoopLagMs, heartbeats });
  });
  server.get('/readyz', open, async (_request, reply) => {
    const { ready, dependencies } = health.report();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready', dependencies });
  });
  server.get('/metrics', open, async (_request, reply) => {
    const { contentType, body } = await metrics.scrape();
    return reply.type(contentType).send(body);
  });
}
