import { sequenceBatch } from '../../data/sequence-batch.js';
import { ModelInputError } from '../../errors.js';
import { discretization, fitDiscretization, type DiscretizationState } from '../../features/discretization.js';
import { checkFinite } from '../../features/finite.js';
import { fitNormalization, normalize, type NormalizationState } from '../../features/normalization.js';
import { fitStringLookup, stringLookup, unknownIndex } from '../../features/string-lookup.js';
import { fitTextVectorization, paddingToken, textVectorization, tokensOf } from '../../features/text-vectorization.js';

import type { CandidateBatch, QueryBatch } from './batch.js';
import type { TwoTowerConfig } from './config.js';

/** Who asks, and when. Arrays of one length. */
export interface Queries {
  readonly userIds: readonly string[];
  /** Any unit, the same as fitted on; finite. */
  readonly timestamps: ArrayLike<number>;
}

/** What is known of an item. In document 001 the title is the id. */
export interface ItemDescription {
  readonly id: string;
  readonly title?: string | undefined;
  readonly categories?: readonly string[] | undefined;
}

/** What is kept of fitted features; JSON. */
export interface FeatureState {
  readonly users: readonly string[];
  readonly buckets: DiscretizationState;
  readonly normalization: NormalizationState;
  readonly ids: readonly string[];
  readonly tokens: readonly string[];
  /** Categories are tokens too. */
  readonly categories: boolean;
}

/** From ids, timestamps and titles to the indexes and numbers that the towers take. */
export interface TwoTowerFeatures {
  readonly state: FeatureState;
  /** Rows of the tables. */
  readonly sizes: { readonly users: number; readonly buckets: number; readonly ids: number; readonly tokens: number };
  /** Throws a ModelInputError for arrays of unlike length or a timestamp that is not finite. */
  queries(queries: Queries): QueryBatch;
  /** An id that was not fitted on is unknown; with `ids` `unknown` every id is. */
  candidates(items: readonly ItemDescription[], ids?: 'known' | 'unknown'): CandidateBatch;
}

/** Fits vocabularies, buckets and normalisation; give the training data only. */
export function fitTwoTowerFeatures(
  config: Pick<TwoTowerConfig, 'timestampBuckets' | 'maxTokens' | 'categories'>,
  queries: Queries,
  items: readonly ItemDescription[],
): TwoTowerFeatures {
  const tokens = items.map((item) => itemTokens(item, config.categories));
  return twoTowerFeatures({
    users: fitStringLookup(queries.userIds).vocabulary,
    buckets: fitDiscretization('timestamps', queries.timestamps, config.timestampBuckets).state,
    normalization: fitNormalization('timestamps', queries.timestamps),
    ids: fitStringLookup(items.map(({ id }) => id)).vocabulary,
    tokens: fitTextVectorization(tokens, config.maxTokens).vocabulary,
    categories: config.categories,
  });
}

/** Features of a saved state. */
export function twoTowerFeatures(state: FeatureState): TwoTowerFeatures {
  const users = stringLookup(state.users);
  const buckets = discretization(state.buckets);
  const ids = stringLookup(state.ids);
  const text = textVectorization(state.tokens);
  return {
    state,
    sizes: { users: users.size, buckets: buckets.size, ids: ids.size, tokens: text.size },
    queries({ userIds, timestamps }) {
      checkSameLength(userIds, timestamps);
      checkFinite('timestamps', timestamps);
      return {
        users: Int32Array.from(userIds, users.indexOf),
        buckets: Int32Array.from(timestamps, buckets.bucketOf),
        times: Float32Array.from(timestamps, (timestamp) => normalize(state.normalization, timestamp)),
      };
    },
    candidates(items, known = 'known') {
      const tokens = items.map((item) => text.indexesOf(itemTokens(item, state.categories)));
      return {
        ids: Int32Array.from(items, ({ id }) => (known === 'known' ? ids.indexOf(id) : unknownIndex)),
        // Without a token an item's place among the others could not be told.
        tokens: sequenceBatch(tokens.map((own) => (own.length === 0 ? [paddingToken] : own))),
      };
    },
  };
}

/** A category cannot be mistaken for a word of a title, which has no punctuation. */
function itemTokens({ title = '', categories = [] }: ItemDescription, withCategories: boolean): string[] {
  const words = tokensOf(title);
  return withCategories ? [...words, ...categories.map((category) => `#${category}`)] : words;
}

function checkSameLength(userIds: readonly string[], timestamps: ArrayLike<number>): void {
  if (userIds.length !== timestamps.length) {
    throw new ModelInputError(`${userIds.length} userIds for ${timestamps.length} timestamps`);
  }
}
