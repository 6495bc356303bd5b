import { z } from 'zod';
import { idSchema } from './id.js';

/** Newest version of the item schema that this code reads. */
export const ITEM_VERSION = 1;

/** The value of a message on `items`: the newest one of an item replaces what was known of it. */
export const itemSchema = z.object({
  version: z.literal(ITEM_VERSION).default(ITEM_VERSION),
  itemId: idSchema,
  title: z.string().max(4096).optional(),
  categories: z.array(z.string().min(1).max(256)).max(64).optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  deleted: z.boolean().optional(),
});

export type ItemInput = z.input<typeof itemSchema>;
export type Item = z.output<typeof itemSchema>;
