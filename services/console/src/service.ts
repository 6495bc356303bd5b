import { boardQueues, openJobs } from '@click-recall/jobs';
import { openHttpServer, type ServiceContext } from '@click-recall/runtime';
import { consoleConfig } from './config.js';
import { addDashboard, DASHBOARD_PATH, READ_ONLY_PATH } from './dashboard.js';
import { homePage } from './home-page.js';
import { addPasswordGate } from './password-gate.js';
import { reportQueues } from './queue-metrics.js';

/** A page of the dashboard loads about 20 files; guessing a password is not helped by more. */
const RATE_LIMIT = 100;

/** Opens the console: the job dashboard, a page of links, and the queues' metrics. Gives its address. */
export async function startConsole(context: ServiceContext): Promise<string> {
  const { config, logger, metrics, health, scope } = context;
  const { adminPassword, viewerPassword, generated } = consoleConfig(config);

  const jobs = openJobs(context);
  const board = boardQueues({
    redisUrl: config.redis.url,
    redisCluster: config.redis.cluster,
    redisCa: config.redis.ca,
    namespace: config.namespace,
    logger,
  });
  scope.add('store', 'dashboard queues', () => board.close());
  health.dependency('redis', () => jobs.ping());
  reportQueues(jobs, metrics);

  const { server, listen } = await openHttpServer(context, {
    // Its passwords stand in for API keys.
    config: { apiKeys: [], corsOrigins: [], rateLimit: RATE_LIMIT, bodyLimitBytes: config.bodyLimitBytes },
  });
  const userOf = addPasswordGate(server, { adminPassword, viewerPassword });
  await addDashboard(server, board, userOf);
  server.get('/', { schema: { hide: true } }, async (request, reply) => {
    const counts = await jobs.counts().catch(() => undefined);
    const { namespace, ports } = config;
    const page = homePage({
      namespace,
      hostname: request.hostname.replace(/^\[|\]$/g, ''),
      ports,
      counts,
      dashboard: userOf(request) === 'viewer' ? READ_ONLY_PATH : DASHBOARD_PATH,
    });
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
      .send(page);
  });

  const address = await listen();
  const users = [
    ...(adminPassword === undefined ? [] : ['admin']),
    ...(viewerPassword === undefined ? [] : ['viewer']),
  ];
  logger.info({ users }, `dashboard at ${address}${DASHBOARD_PATH}, user ${users.join(' or ')}`);
  // The only secret that is ever logged: nobody else knows it, and it ends with this process.
  if (generated) logger.info(`password of the console: ${adminPassword} (set CONSOLE_PASSWORD to choose one)`);
  return address;
}
