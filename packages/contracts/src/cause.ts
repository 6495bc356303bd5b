import { z } from 'zod';

/** The click that made a new sequence, vector or recommendation necessary. */
export const clickCauseSchema = z.object({
  kind: z.literal('click'),
  eventId: z.string(),
  timestamp: z.int().meta({ description: "The event's own time, ms since the epoch." }),
  appendedAt: z
    .int()
    .meta({ description: 'Append time of the click at the broker, ms since the epoch; freshness is counted from it.' }),
});

/** Why recommendations were published. */
export const causeSchema = z.discriminatedUnion('kind', [
  clickCauseSchema,
  z.object({ kind: z.literal('activation') }),
  z.object({ kind: z.literal('item-deleted'), itemId: z.string() }),
]);

export type ClickCause = z.output<typeof clickCauseSchema>;
export type Cause = z.output<typeof causeSchema>;
