import { z } from 'zod';
import { causeSchema } from './cause.js';

/**
 * How items that are known by their titles and categories alone are found: of the clicks on items kept from the training, the share for
 * which the item is among the user's first 100, each as if it alone were new.
 */
const coldStartMetricsSchema = z.object({
  recall100: z.number(),
  others100: z.number().meta({ description: 'The same of users who never clicked the item.' }),
  chance100: z.number().meta({ description: 'A list in no order.' }),
  popularity100: z.number().meta({ description: "By the number of clicks, the item's own included." }),
  encoder100: z.number().meta({ description: 'By the vectors learned from the clicks that a new item does not have.' }),
  items: z.int(),
  clicks: z.int(),
  lambda: z.number().meta({ description: 'How strongly the mapping is held back.' }),
});

/** What a `train` job found out; also kept with the model version. `hr10`/`ndcg10` are on the held-out test clicks, full ranking. */
export const metricsSchema = z.object({
  hr10: z.number(),
  ndcg10: z.number(),
  popularity: z.object({ hr10: z.number(), ndcg10: z.number() }),
  markov: z.object({ hr10: z.number(), ndcg10: z.number() }),
  validationNdcg10: z.number(),
  loss: z.number(),
  epochs: z.int(),
  users: z.int(),
  items: z.int(),
  clicks: z.int(),
  coldStart: coldStartMetricsSchema.optional().meta({
    description: 'Of the mapping for items that nobody has clicked; absent where the version has none.',
  }),
});

const modelVersion = z.string().min(1).max(64);

const beforeAndAfter = z.object({ recalled: z.number(), reranked: z.number() });
/** What a `train-ranker` job found out, on clicks that neither the encoder nor the ranker was trained on; also kept with the ranker. */
export const rankerMetricsSchema = z.object({
  ndcg10: beforeAndAfter.meta({
    description: 'Of the recalled order and of the re-ranked one; a click not recalled counts 0.',
  }),
  hr10: beforeAndAfter,
  clicks: z.int().meta({ description: 'Held-out clicks, each of another user, none of whom was trained on.' }),
  recalled: z.int().meta({ description: 'Those of them that were among the candidates.' }),
  lists: z.int().meta({ description: 'Recalled lists that were learned from.' }),
  candidates: z.int().meta({ description: 'Items of a list.' }),
  epochs: z.int(),
});

const trainJobSchema = z.object({
  reason: z.enum(['schedule', 'clicks', 'manual']),
  epochs: z.int().positive().optional(),
});
const trainResultSchema = z.object({ modelVersion, metrics: metricsSchema, seconds: z.number() });

/** `modelVersion` absent: the version that the flow's train job wrote. */
const embedJobSchema = z.object({ modelVersion: modelVersion.optional() });
const embedResultSchema = z.object({
  modelVersion,
  items: z.int(),
  users: z.int(),
  newItems: z.int().nullable().optional().meta({
    description:
      'Items that the version has not seen and that have a vector by what is known of them; null where it has no mapping for them.',
  }),
  indexRecall: z
    .number()
    .meta({ description: 'Share of the exact nearest items that the index finds, at 100, on sampled users.' }),
  /** End of each partition of `sequence-updates` when the build started; activation waits until they are passed. */
  awaitOffsets: z.record(z.string(), z.string()),
  seconds: z.number(),
});

const activateJobSchema = z.object({
  modelVersion: modelVersion.optional(),
  reason: z.enum(['train', 'rollback']),
});
const activateResultSchema = z.object({ modelVersion, previous: z.string().nullable() });

/**
 * `itemIds`: only users whose recommendations would hold one of these, deleted now, get new ones (cause `item-deleted`).
 * `shard`: only users of this shard; a job without is split into one part a shard, which all workers share.
 */
const republishJobSchema = z.object({
  modelVersion: modelVersion.optional(),
  cause: causeSchema,
  itemIds: z.array(z.string()).max(10_000).optional(),
  shard: z.int().nonnegative().optional(),
});
const republishResultSchema = z.object({
  modelVersion: z.string(),
  users: z.int(),
  published: z.int(),
  seconds: z.number().meta({ description: 'Seconds of work, those of all workers together.' }),
});

const evaluateJobSchema = z.object({ modelVersion });
const evaluateResultSchema = z.object({ modelVersion, metrics: metricsSchema });

const exportJobSchema = z.object({ modelVersion: modelVersion.optional(), file: z.string().min(1) });
const exportResultSchema = z.object({ modelVersion, file: z.string(), users: z.int(), items: z.int() });

/** `modelVersion`: the encoder; absent: the live one. Only a live one's ranker goes live. */
const trainRankerJobSchema = z.object({ modelVersion: modelVersion.optional() });
const trainRankerResultSchema = z.object({
  rankerVersion: modelVersion,
  modelVersion,
  metrics: rankerMetricsSchema,
  seconds: z.number(),
});

/** Every queue: what a job carries and what it answers. */
export const JOBS = {
  train: { data: trainJobSchema, result: trainResultSchema },
  embed: { data: embedJobSchema, result: embedResultSchema },
  activate: { data: activateJobSchema, result: activateResultSchema },
  republish: { data: republishJobSchema, result: republishResultSchema },
  'train-ranker': { data: trainRankerJobSchema, result: trainRankerResultSchema },
  evaluate: { data: evaluateJobSchema, result: evaluateResultSchema },
  export: { data: exportJobSchema, result: exportResultSchema },
} as const;

export type JobName = keyof typeof JOBS;
export type JobData<N extends JobName> = z.output<(typeof JOBS)[N]['data']>;
export type JobResult<N extends JobName> = z.output<(typeof JOBS)[N]['result']>;
export type Metrics = z.output<typeof metricsSchema>;
export type ColdStartMetrics = z.output<typeof coldStartMetricsSchema>;
export type RankerMetrics = z.output<typeof rankerMetricsSchema>;

export const JOB_NAMES = Object.keys(JOBS) as JobName[];

/** What a running `train` job reports as its progress, and the dashboard shows. */
export const trainProgressSchema = z.object({
  phase: z.enum(['snapshot', 'training', 'evaluation', 'new-items', 'saving']),
  epoch: z.int(),
  epochs: z.int(),
  step: z.int(),
  steps: z.int(),
  loss: z.number().nullable(),
  /** One entry an epoch. */
  curve: z.array(z.object({ epoch: z.int(), loss: z.number(), validationNdcg10: z.number().nullable() })),
});
export type TrainProgress = z.output<typeof trainProgressSchema>;
