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

/** Where a recommended item comes from. */
const channelSchema = z.enum(['nearest', 'popular']);

export const recommendedItemSchema = z.object({
  itemId: z.string(),
  score: z.number().meta({
    description: 'Inner product for `nearest`, number of users for `popular`: comparable within a channel only.',
  }),
  channel: channelSchema,
});

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
  generatedAt: z.int(),
  cause: causeSchema,
});

export type SequenceUpdate = z.output<typeof sequenceUpdateSchema>;
export type UserVectorMessage = z.output<typeof userVectorSchema>;
export type Channel = z.output<typeof channelSchema>;
export type RecommendedItem = z.output<typeof recommendedItemSchema>;
export type Recommendation = z.output<typeof recommendationSchema>;
