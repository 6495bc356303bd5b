import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishOnce } from '../load/publish-once.js';
import type { FaultPipeline, World } from './open-world.js';

/** Seconds to train and good enough for a gate: these tests are of what breaks, not of what it learns. */
const SMALL_MODEL = {
  encoder: { sequenceLength: 12, dim: 16, layers: 1 },
  training: { epochs: 3, batchSize: 32 },
  // What is worse by less than everything passes: which of two small models is better is chance.
  trainer: { gateTolerance: 1, gateMinClicks: 10, ranker: { auto: false }, coldStart: { enabled: false } },
};

/**
 * Writes the settings file of a model that is trained in seconds; sections of `model` replace those of the small one.
 *
 * @returns its path, for `MODEL_CONFIG`
 */
export async function writeSmallModel(
  { folder }: Pick<World, 'folder'>,
  model: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const file = join(folder, `model-${randomUUID()}.json`);
  await writeFile(file, JSON.stringify({ ...SMALL_MODEL, ...model }));
  return file;
}

export interface Past {
  readonly users: number;
  /** All of them are described on `items`, too. */
  readonly items: number;
  /** Of each user. */
  readonly clicks: number;
}

/** Publishes clicks of yesterday that can be learned from, and what is known of their items. */
export async function publishPast(
  pipeline: Pick<FaultPipeline, 'namespace' | 'client'>,
  { users, items, clicks }: Past,
): Promise<{ readonly userIds: readonly string[]; readonly itemIds: readonly string[] }> {
  const userIds = Array.from({ length: users }, (_, user) => `user-${user}`);
  const itemIds = Array.from({ length: items }, (_, item) => `item-${item}`);
  await publishOnce(
    pipeline,
    'items',
    itemIds.map((itemId, item) => ({
      key: itemId,
      value: JSON.stringify({ itemId, title: `Title of ${item}`, categories: [item % 2 ? 'odd' : 'even'] }),
    })),
  );
  const start = Date.now() - 24 * 3_600_000;
  await publishOnce(
    pipeline,
    'clicks',
    userIds.flatMap((userId, user) =>
      Array.from({ length: clicks }, (_, click) => ({
        key: userId,
        value: JSON.stringify({
          eventId: `past-${click}`,
          userId,
          // Each user walks around a ring of items, so that the next item can be learned from the last.
          itemId: `item-${(user * 7 + click * (1 + (user % 2))) % items}`,
          timestamp: start + click * 60_000,
        }),
      })),
    ),
  );
  return { userIds, itemIds };
}
