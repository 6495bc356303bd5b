import type { Dataset } from '@click-recall/datasets';
import { ModelInputError, type ItemDescription, type Queries } from '@click-recall/model';
import { LabError } from '../lab-error.js';
import type { Protocol } from '../protocol/protocol.js';
import { splitRandomly } from '../protocol/split-randomly.js';

/** Rows of a user, a time and a title; columns of equal length. */
export interface TitleRows {
  readonly userIds: readonly string[];
  readonly times: Float64Array;
  /** Of each row, which of the candidates. */
  readonly positives: Int32Array;
}

export interface TitlePairs {
  readonly train: TitleRows;
  readonly validation: TitleRows;
  readonly test: TitleRows;
  /** Every title of the data once, also those that nobody chose. */
  readonly candidates: readonly ItemDescription[];
}

/**
 * The positive rows of a random split. An item is its title (with the year, where the data has one), as in document 001: items of one
 * title are one candidate; an item without a title is its id.
 *
 * @throws LabError for data without times, or without ratings where the protocol asks for them
 */
export function titlePairs({ name, userIds, itemIds, items, interactions }: Dataset, protocol: Protocol): TitlePairs {
  const { times, ratings } = interactions;
  if (protocol.kind !== 'random-split') throw new ModelInputError('two towers are measured by a random split');
  if (times === undefined) throw new LabError(`${name}: two towers need the times of interactions`);
  const candidates: ItemDescription[] = [];
  const places = new Map<string, number>();
  const placeOf = itemIds.map((itemId, item) => {
    const { title = '', categories = [], fields = {} } = items?.[item] ?? {};
    const year = fields['release_year'] ?? '';
    const id = title === '' ? itemId : year === '' ? title : `${title} (${year})`;
    let place = places.get(id);
    if (place === undefined) {
      places.set(id, (place = candidates.length));
      candidates.push({ id, categories, ...(title !== '' && { title: id }) });
    }
    return place;
  });
  const { positiveRating } = protocol;
  if (positiveRating !== undefined && ratings === undefined) {
    throw new LabError(`protocol.positiveRating: ${name} has no ratings`);
  }
  const rowsOf = (all: Int32Array): TitleRows => {
    const rows = positiveRating === undefined ? all : all.filter((row) => ratings![row]! >= positiveRating);
    return {
      userIds: Array.from(rows, (row) => userIds[interactions.users[row]!]!),
      times: Float64Array.from(rows, (row) => times[row]!),
      positives: Int32Array.from(rows, (row) => placeOf[interactions.items[row]! - 1]!),
    };
  };
  const split = splitRandomly(interactions.users.length, protocol);
  return {
    train: rowsOf(split.train),
    validation: rowsOf(split.validation),
    test: rowsOf(split.test),
    candidates,
  };
}

/** What the query tower sees of rows. */
export function titleQueries({ userIds, times }: TitleRows): Queries {
  return { userIds, timestamps: times };
}
