import { z } from 'zod';
import { idSchema } from './id.js';
import { timestampSchema } from './timestamp.js';

/** Newest version of the click schema that this code reads. */
export const CLICK_VERSION = 1;

const typeSchema = z.string().min(1).max(64);

const envelope = {
  version: z.literal(CLICK_VERSION).default(CLICK_VERSION),
  eventId: idSchema
    .optional()
    .meta({ description: 'Identity of the event: sent twice, it counts once. Default: its place in the log.' }),
  userId: idSchema,
  timestamp: timestampSchema,
  context: z.record(z.string(), z.unknown()).optional(),
};

/** Something a user did with an item. `type` is the caller's word (click, view, like, ...). */
export const interactionSchema = z.object({
  ...envelope,
  itemId: idSchema,
  type: typeSchema.refine((type) => type !== 'forget', 'expected an item-related type').default('click'),
});

/** Erases everything known of the user up to this place of the log. */
export const forgetSchema = z.object({ ...envelope, type: z.literal('forget') });

/** The value of a message on `clicks`. */
export const clickEventSchema = z.union([forgetSchema, interactionSchema]);

/** What a caller may write: ids as strings or safe integers, times as ms or ISO 8601, defaults left out. */
export type ClickEventInput = z.input<typeof interactionSchema> | z.input<typeof forgetSchema>;
export type Interaction = z.output<typeof interactionSchema>;
export type Forget = z.output<typeof forgetSchema>;
export type ClickEvent = Interaction | Forget;

/** Tells a forget from an interaction; a type guard, since `type` of an interaction is any string. */
export function isForget(event: ClickEvent): event is Forget {
  return !('itemId' in event);
}
