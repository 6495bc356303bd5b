import {
  errorBodySchema,
  itemParamsSchema,
  itemUsersAnswerSchema,
  similarAnswerSchema,
  similarQuerySchema,
} from '@click-recall/contracts';
import type { HttpServer } from '@click-recall/runtime';
import type { ItemCache } from '../items/item-cache.js';
import type { ItemQueries } from '../recommend/item-queries.js';
import { inTime } from './in-time.js';
import { withTitles } from './with-titles.js';

export interface ItemRoutesDeps {
  readonly queries: ItemQueries;
  readonly items: ItemCache;
}

const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };
const config = { requires: ['redis'], role: 'read' } as const;

/** What is like an item, and whom it is for. */
export function addItemRoutes(server: HttpServer, { queries, items }: ItemRoutesDeps): void {
  server.get(
    '/v1/items/:itemId/similar',
    {
      config,
      schema: {
        summary:
          'Items nearest to an item; popular ones of its categories, saying so, where the model has no vector of it',
        params: itemParamsSchema,
        querystring: similarQuerySchema,
        response: { 200: similarAnswerSchema, ...errors },
      },
    },
    async ({ params: { itemId }, query: { limit } }) => {
      const { items: found, modelVersion } = await inTime(queries.similar(itemId, limit));
      return { itemId, items: await inTime(withTitles(items, found)), modelVersion };
    },
  );

  server.get(
    '/v1/items/:itemId/users',
    {
      config,
      schema: {
        summary: 'Users to reach for an item: the nearest who have not seen it',
        params: itemParamsSchema,
        querystring: similarQuerySchema,
        response: { 200: itemUsersAnswerSchema, ...errors },
      },
    },
    async ({ params: { itemId }, query: { limit } }) => ({ itemId, ...(await inTime(queries.users(itemId, limit))) }),
  );
}
