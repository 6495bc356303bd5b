import {
  errorBodySchema,
  recommendationsAnswerSchema,
  recommendationsQuerySchema,
  sessionBodySchema,
  userParamsSchema,
  type RecommendationsAnswer,
} from '@click-recall/contracts';
import type { HttpServer, Metrics } from '@click-recall/runtime';
import type { ItemCache } from '../items/item-cache.js';
import type { Recommended, Recommender } from '../recommend/recommender.js';
import { inTime } from './in-time.js';
import { withTitles } from './with-titles.js';

export interface UserRoutesDeps {
  readonly recommender: Recommender;
  readonly items: ItemCache;
  readonly metrics: Pick<Metrics, 'recommendationsServed'>;
}

const response = { 200: recommendationsAnswerSchema, '4xx': errorBodySchema, '5xx': errorBodySchema };
const config = { requires: ['redis'], role: 'read' } as const;

/** What to recommend to a user, known or only in the request. */
export function addUserRoutes(server: HttpServer, { recommender, items, metrics }: UserRoutesDeps): void {
  const answer = async (userId: string | null, asked: Promise<Recommended>): Promise<RecommendationsAnswer> => {
    const recommended = await asked;
    metrics.recommendationsServed.inc({ channel: recommended.items[0]?.channel ?? 'none' });
    return { ...recommended, userId, items: await withTitles(items, recommended.items) };
  };

  server.get(
    '/v1/users/:userId/recommendations',
    {
      config,
      schema: {
        summary: 'Nearest unseen items of a user; popular ones, saying so, for a user nobody knows',
        params: userParamsSchema,
        querystring: recommendationsQuerySchema,
        response,
      },
    },
    async ({ params, query }) => inTime(answer(params.userId, recommender.forUser(params.userId, query))),
  );

  server.post(
    '/v1/recommendations',
    {
      config,
      schema: {
        summary: 'Nearest items for a session that exists only in the request, oldest click first',
        body: sessionBodySchema,
        response,
      },
    },
    async ({ body: { itemIds, ...request } }) => inTime(answer(null, recommender.forSession(itemIds, request))),
  );
}
