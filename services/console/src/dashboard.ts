import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { BoardQueues } from '@click-recall/jobs';
import { HttpError, type HttpServer } from '@click-recall/runtime';
import type { UserOf } from './password-gate.js';

export const DASHBOARD_PATH = '/queues';
/** The same for those who may look and change nothing: without the buttons, and refusing what they would send. */
export const READ_ONLY_PATH = '/read-only';

/** The dashboard's page asks for fonts from elsewhere; refused here, it shows at once without the internet too. */
const CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

/** Bull Board over every queue, once to work with and once to look at; a viewer who asks for the first is led to the second. */
export async function addDashboard(server: HttpServer, board: BoardQueues, userOf: UserOf): Promise<void> {
  server.addHook('onRequest', async (request, reply) => {
    const { routeOptions, url } = request;
    const isDashboard = routeOptions.url === DASHBOARD_PATH || routeOptions.url?.startsWith(`${DASHBOARD_PATH}/`);
    if (userOf(request) !== 'viewer' || !isDashboard) return undefined;
    return reply.redirect(`${READ_ONLY_PATH}${url.slice(DASHBOARD_PATH.length)}`);
  });
  await addBoard(server, board, DASHBOARD_PATH, false);
  await addBoard(server, board, READ_ONLY_PATH, true);
}

async function addBoard(
  server: HttpServer,
  { queues }: BoardQueues,
  path: string,
  readOnlyMode: boolean,
): Promise<void> {
  const adapter = new FastifyAdapter().setBasePath(path);
  const boardTitle = readOnlyMode ? 'click-recall (read-only)' : 'click-recall';
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle, pollingInterval: { forceInterval: 3 } } },
  });
  // Its own handler calls every error a 500 and tells its words; ours tells what passes from what does not.
  adapter.setErrorHandler((error) => {
    throw error;
  });
  await server.register(
    async (scope) => {
      // The dashboard marks types in what it reads of a query by NUL, and fails over one that is there already.
      scope.addHook('onRequest', async ({ url }) => {
        if (url.includes('%00')) throw new HttpError(400, 'invalid-request', 'expected no NUL in path or query');
      });
      scope.addHook('onSend', async (_request, reply) => void reply.header('content-security-policy', CSP));
      await scope.register(adapter.registerPlugin());
    },
    { prefix: path },
  );
}
