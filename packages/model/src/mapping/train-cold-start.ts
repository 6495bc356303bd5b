import { checkSequences, sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { itemPopularity } from '../evaluation/click-counts.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { parameter } from '../networks/parameters.js';
import { createRandom } from '../random/random.js';
import { defaultTwoTowerConfig, type TwoTowerConfig } from '../networks/two-tower/config.js';
import { fitTwoTowerFeatures, type ItemDescription, type TwoTowerFeatures } from '../networks/two-tower/features.js';
import { trainTwoTower, type TwoTowerEpoch } from '../networks/two-tower/train-two-tower.js';
import { createTwoTower, type TwoTower } from '../networks/two-tower/two-tower.js';
import { coldStart, type ColdStart, type ColdStartState, type ItemText } from './cold-start.js';
import { isDescribed } from './described.js';
import { fitMapping } from './fit-mapping.js';
import { parseColdStartConfig, type ColdStartConfig } from './config.js';
import { holdOutItems } from './hold-out-items.js';

export interface ColdStartRequest {
  /** Trained; not changed. */
  readonly encoder: SequenceEncoder;
  /** Everybody's clicks, item indexes 1 to N, oldest first. */
  readonly sequences: SequenceBatch;
  /** Of item index i at place i - 1; undefined for an item of which nothing is known. */
  readonly items: readonly (ItemText | undefined)[];
  /** What is left out has its default. */
  readonly config?: Partial<ColdStartConfig>;
  /** After each epoch of the towers. */
  readonly onEpoch?: (epoch: TwoTowerEpoch) => void;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
}

export type ColdStartResult =
  | { readonly status: 'finished'; readonly coldStart: ColdStart }
  | { readonly status: 'cancelled' }
  /** Too few items with both clicks and a description; `reason` in words. */
  | { readonly status: 'skipped'; readonly reason: string };

/**
 * Trains two towers on the clicks (held-out items kept from them), then a linear mapping from what the item tower says of an
 * item by its description alone to the encoder's vector of it. How strongly the mapping is held back, and how high it lifts new
 * items, is chosen on some of the held-out items, the quality measured on the others. Yields to the event loop between steps.
 * Throws a ModelInputError for sequences or items that do not fit the encoder, a ModelConfigError for a setting that cannot be.
 */
export async function trainColdStart(request: ColdStartRequest): Promise<ColdStartResult> {
  const { encoder, sequences, items } = request;
  const config = parseColdStartConfig(request.config);
  checkSequences(sequences, encoder.itemCount);
  if (items.length !== encoder.itemCount) {
    throw new ModelInputError(`${items.length} items for an encoder of ${encoder.itemCount}`);
  }
  const clicks = itemPopularity(sequences, encoder.itemCount);
  const described = Int32Array.from(items, (_, place) => place + 1).filter(
    (item) => clicks[item]! > 0 && isDescribed(items[item - 1]),
  );
  if (described.length < config.leastItems) {
    const reason = `${described.length} items have both clicks and a title or categories, ${config.leastItems} are needed`;
    return { status: 'skipped', reason };
  }
  const held = holdOutItems(described, config.heldOut, config.seed);
  const hidden = new Set([...held.choosing, ...held.measured]);
  const trained = await trainTowers(request, config, hidden);
  if (trained === undefined) return { status: 'cancelled' };
  const { towers, descriptions } = trained;

  const fitted = await fitMapping({ ...request, config, held, clicks, towers, descriptions });
  return { status: 'finished', coldStart: coldStart({ ...itemTower(towers), ...fitted }) };
}

/** Pairs of a user and an item clicked; the time of a click is its place in the user's sequence. Undefined when cancelled. */
async function trainTowers(
  { sequences, items, onEpoch, beforeStep }: ColdStartRequest,
  config: ColdStartConfig,
  hidden: ReadonlySet<number>,
): Promise<{ towers: TwoTower; descriptions: readonly ItemDescription[] } | undefined> {
  const descriptions = items.map((item, place) => ({ ...item, id: String(place + 1) }));
  const { userIds, timestamps, positives } = clicksToTrainOn(sequences, config, hidden);
  const model: TwoTowerConfig = {
    ...defaultTwoTowerConfig.towers,
    embedding: config.embedding,
    layers: [config.embedding],
    categories: true,
  };
  const queries = { userIds, timestamps };
  const known = descriptions.filter(({ id }) => !hidden.has(Number(id)));
  const features = fitTwoTowerFeatures(model, queries, known);
  const towers = createTwoTower(model, features, config.seed);
  const pairs = {
    queries: features.queries(queries),
    positives,
    candidates: features.candidates(descriptions),
  };
  const { batchSize, learningRate, seed, unknownIds, l2 } = config;
  const affordable = Math.max(1, Math.round(config.clicks / Math.max(1, positives.length)));
  const result = await trainTwoTower({
    towers,
    pairs,
    config: {
      ...defaultTwoTowerConfig.training,
      epochs: Math.min(config.epochs, affordable),
      batchSize,
      learningRate,
      seed,
      unknownIds,
      l2,
      hotWeights: 'corrected',
      maskAccidentalHits: true,
    },
    ...(onEpoch && { onEpoch }),
    ...(beforeStep && { beforeStep }),
  });
  return result.status === 'cancelled' ? undefined : { towers, descriptions };
}

interface TrainingClicks {
  readonly userIds: readonly string[];
  readonly timestamps: readonly number[];
  /** Rows of the items. */
  readonly positives: Int32Array;
}

/** Clicks on items that are not hidden; of a log longer than training may take, as many as that, drawn evenly. */
function clicksToTrainOn(
  sequences: SequenceBatch,
  { clicks, seed }: ColdStartConfig,
  hidden: ReadonlySet<number>,
): TrainingClicks {
  const share = clicks / sequences.items.length;
  const random = createRandom(seed);
  const userIds: string[] = [];
  const timestamps: number[] = [];
  const positives: number[] = [];
  for (let user = 0; user < sequenceCount(sequences); user++) {
    sequenceAt(sequences, user).forEach((item, place) => {
      if (hidden.has(item) || (share < 1 && random.uniform() >= share)) return;
      userIds.push(String(user));
      timestamps.push(place);
      positives.push(item - 1);
    });
  }
  return { userIds, timestamps, positives: Int32Array.from(positives) };
}

/** The part of the towers that a new item passes through. */
function itemTower(towers: TwoTower): Pick<ColdStartState, 'embedding' | 'layers' | 'features' | 'parameters'> {
  const { config, features } = towers;
  const ofQueries = (name: string): boolean => name.startsWith('user.') || name.startsWith('query.');
  const parameters = new Map([...towers.snapshot()].filter(([name]) => !ofQueries(name)));
  const { embedding, layers } = config;
  const { tokens } = features.sizes;
  const firstRows = (table: string, rows: number): void => {
    const { value } = parameters.get(table)!;
    parameters.set(table, parameter([rows, embedding], value.slice(0, rows * embedding)));
  };
  firstRows('item.title', 1);
  firstRows('item.token', tokens);
  return { embedding, layers, features: withoutUsers(features), parameters };
}

function withoutUsers({ state }: TwoTowerFeatures): TwoTowerFeatures['state'] {
  return { ...state, users: [], ids: [] };
}
