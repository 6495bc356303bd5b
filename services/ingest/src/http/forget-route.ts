import { errorBodySchema, userParamsSchema } from '@click-recall/contracts';
import type { Publisher } from '@click-recall/kafka';
import type { HttpServer } from '@click-recall/runtime';
import { z } from 'zod';

export interface ForgetRouteParts {
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Full name of the `clicks` topic. */
  readonly topic: string;
}

const answerSchema = z.object({ userId: z.string() });

/**
 * `DELETE /v1/users/{userId}`: a `forget` event, in order with the clicks of the user that were published before. Accepted also for a
 * user nobody knows: their clicks may still be on the way.
 */
export function addForgetRoute(server: HttpServer, { publisher, topic }: ForgetRouteParts): void {
  server.route({
    method: 'DELETE',
    url: '/v1/users/:userId',
    // It erases what nobody can bring back: not for the key that every page server has to publish clicks with.
    config: { requires: ['kafka'], role: 'admin' },
    schema: {
      tags: ['ingest'],
      summary: 'Forget a user',
      params: userParamsSchema,
      response: { 202: answerSchema.describe('The forget event is published'), 400: errorBodySchema },
    },
    handler: async ({ params: { userId } }, reply) => {
      const event = { userId, type: 'forget', timestamp: Date.now() };
      await publisher.publish(topic, [{ key: userId, value: JSON.stringify(event) }]);
      return reply.code(202).send({ userId });
    },
  });
}
