import { z } from 'zod';
import { idSchema } from './id.js';
import { rankerVersionSchema, recommendedItemSchema } from './messages.js';

/** Most items or users that one answer may hold. */
const MAX_LIMIT = 200;
/** Most events in one `POST /v1/clicks`. */
export const MAX_EVENTS = 10_000;

export const limitSchema = z.coerce.number().int().min(1).max(MAX_LIMIT).default(10);

/** Every error that a service answers with; `field` names what was wrong with the request. */
export const errorBodySchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
});

/** Answer of `POST /v1/clicks`: which events were accepted, and why the others were not, by their place in the request. */
export const clicksAnswerSchema = z.object({
  accepted: z.int(),
  rejected: z.int(),
  errors: z.array(z.object({ index: z.int(), reason: z.string(), field: z.string(), message: z.string() })),
});

export const userParamsSchema = z.object({ userId: idSchema });
export const itemParamsSchema = z.object({ itemId: idSchema });

export const recommendationsQuerySchema = z.object({
  limit: limitSchema,
  category: z.string().min(1).max(256).optional(),
  rank: z
    .enum(['true', 'false'])
    .default('true')
    .transform((rank) => rank === 'true')
    .meta({ description: '`false`: in the order recalled, also where a ranker is live.' }),
});
export const recommendationsAnswerSchema = z.object({
  userId: z.string().nullable(),
  items: z.array(recommendedItemSchema.extend({ title: z.string().optional() })),
  modelVersion: z.string().nullable(),
  rankerVersion: rankerVersionSchema,
  sequenceRevision: z.int().nullable(),
});

export const sessionBodySchema = z.object({
  itemIds: z.array(idSchema).min(1).max(1000),
  limit: limitSchema,
  category: z.string().min(1).max(256).optional(),
  rank: z.boolean().default(true).meta({ description: '`false`: in the order recalled, also where a ranker is live.' }),
});

export const similarQuerySchema = z.object({ limit: limitSchema });
export const similarAnswerSchema = z.object({
  itemId: z.string(),
  items: z.array(recommendedItemSchema.extend({ title: z.string().optional() })),
  modelVersion: z.string().nullable(),
});

export const itemUsersAnswerSchema = z.object({
  itemId: z.string(),
  users: z.array(z.object({ userId: z.string(), score: z.number() })),
  modelVersion: z.string().nullable(),
});
export type ErrorBody = z.output<typeof errorBodySchema>;
export type ClicksAnswer = z.output<typeof clicksAnswerSchema>;
export type RecommendationsAnswer = z.output<typeof recommendationsAnswerSchema>;
export type SimilarAnswer = z.output<typeof similarAnswerSchema>;
export type ItemUsersAnswer = z.output<typeof itemUsersAnswerSchema>;
