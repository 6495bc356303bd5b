import { spacesOf, type Spaces } from '@click-recall/encoding';
import type { ModelRecord } from '@click-recall/redis';
import { z } from 'zod';

const configSchema = z.object({ encoder: z.object({ dim: z.int().positive() }) });

/** The indexes of a version without loading its model; undefined for a version that never had any. */
export function spacesOfRecord({ version, config, lift }: ModelRecord): Spaces | undefined {
  const parsed = configSchema.safeParse(config);
  return lift && parsed.success ? spacesOf(version, parsed.data.encoder.dim, lift) : undefined;
}
