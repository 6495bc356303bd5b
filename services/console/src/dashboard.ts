import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { BoardQueues } from '@click-recall/jobs';
import type { HttpServer } from '@click-recall/runtime';

export const DASHBOARD_PATH = '/queues';

/** The dashboard's page asks for fonts from elsewhere; refused here, it shows at once without the internet too. */
const CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

/** Bull Board over every queue. */
export async function addDashboard(server: HttpServer, { queues }: BoardQueues): Promise<void> {
  const adapter = new FastifyAdapter().setBasePath(DASHBOARD_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'click-recall', pollingInterval: { forceInterval: 3 } } },
  });
  await server.register(
    async (scope) => {
      scope.addHook('onSend', async (_request, reply) => void reply.header('content-security-policy', CSP));
      await scope.register(adapter.registerPlugin());
    },
    { prefix: DASHBOARD_PATH },
  );
}
