import { z } from 'zod';
import { causeSchema, clickCauseSchema } from './cause.js';

const version = z.literal(1);
const revision = z
  .int()
  .nonnegative()
  .meta({ description: 'Grows whenever the sequence of the user changed; an older one is out of date.' });

/** Value on `sequence-updates`: the sequence of a user changed, or (forgotten) was erased. */
export const sequenceUpdateSchema = z.object({
  version,
  userId: z.string(),
  revision,
  itemId: z
    .string()
    .optional()
    .meta({ description: 'Item of the newest event that changed the sequence; none after a forget.' }),
  forgotten: z.boolean(),
  cause: clickCauseSchema,
});

/** Value on `user-vectors`. A tombstone (null) means: the user was forgotten. */
export const userVectorSchema = z.object({
  version,
  userId: z.string(),
  sequenceRevision: revision,
  modelVersion: z.string(),
  vector: z.array(z.number()),
  cause: clickCauseSchema,
});

/**
 * Where a recommended item comes from: among the nearest; among the nearest as well, but by its title and categories alone, since the model
 * has not seen it (new); or popular.
 */
const channelSchema = z.enum(['nearest', 'new', 'popular']);

export const recommendedItemSchema = z.object({
  itemId: z.string(),
  score: z.number().meta({
    description:
      'Inner product for `nearest` and `new`, number of users for `popular`: comparable within a channel only.',
  }),
  channel: channelSchema,
  rankScore: z.number().optional().meta({
    description:
      'What the ranker ordered the items by, where one did: comparable within a list only. `score` stays that of recall.',
  }),
});

export const rankerVersionSchema = z
  .string()
  .nullable()
  .meta({ description: 'The ranker that ordered what was recalled; null where none did.' });

/** Value on `recommendations`. A tombstone (null) means: the user was forgotten. Ignore a smaller `sequenceRevision` than seen before. */
export const recommendationSchema = z.object({
  version,
  recommendationId: z.string().meta({
    description:
      'Hash of user, revision, model and ranker version, and, where the cause is `item-deleted`, of that item: a redelivery carries the same.',
  }),
  userId: z.string(),
  sequenceRevision: revision,
  items: z.array(recommendedItemSchema),
  modelVersion: z.string(),
  rankerVersion: rankerVersionSchema.optional(),
  generatedAt: z.int(),
  cause: causeSchema,
});

export type SequenceUpdate = z.output<typeof sequenceUpdateSchema>;
export type UserVectorMessage = z.output<typeof userVectorSchema>;
export type Channel = z.output<typeof channelSchema>;
export type RecommendedItem = z.output<typeof recommendedItemSchema>;
export type Recommendation = z.output<typeof recommendationSchema>;
