import { z } from 'zod';

/** 1990-01-01T00:00:00Z in ms: nothing that clicks was online before; earlier times are seconds sent as ms, or zeros. */
export const EARLIEST_TIMESTAMP_MS = Date.UTC(1990, 0, 1);

/** How far ahead of the broker's append time a click may claim to be, in ms. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

const isoSchema = z.iso.datetime({ offset: true });

/** Milliseconds since the epoch, as a safe integer, or ISO 8601 with `Z` or an offset. Parses to milliseconds. */
export const timestampSchema = z
  .union([z.number(), z.string()], { error: 'expected milliseconds since the epoch or an ISO 8601 date-time' })
  .transform((value, context) => {
    const milliseconds =
      typeof value === 'number' ? value : isoSchema.safeParse(value).success ? Date.parse(value) : NaN;
    if (Number.isSafeInteger(milliseconds)) return milliseconds;
    context.addIssue({
      code: 'custom',
      message: 'expected milliseconds since the epoch (a whole number) or an ISO 8601 date-time with Z or an offset',
      params: { code: 'invalid-timestamp' },
    });
    return z.NEVER;
  })
  .meta({ description: 'Milliseconds since the epoch, or ISO 8601 with Z or an offset; from 1990 to a day ahead.' });
