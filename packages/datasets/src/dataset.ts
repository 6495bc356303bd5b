/** A log of interactions with what is known of its users and items, the same whatever file it came from. */
export interface Dataset {
  readonly name: string;
  /** User u, from 0, is `userIds[u]`. In order of first appearance. */
  readonly userIds: readonly string[];
  /** Item i, from 1 (0 is padding), is `itemIds[i - 1]`. In order of first appearance. */
  readonly itemIds: readonly string[];
  readonly interactions: Interactions;
  /** As `userIds`; absent where the data says nothing of users. */
  readonly users?: readonly UserFeatures[];
  /** As `itemIds`; absent where the data says nothing of items. */
  readonly items?: readonly ItemFeatures[];
  /** Of everything above but the name: two data sets with the same one give the same figures. */
  readonly fingerprint: string;
}

/** Columns of equal length, a row an interaction; oldest first, equal times (and files without times) in the order of the file. */
export interface Interactions {
  readonly users: Int32Array;
  readonly items: Int32Array;
  /** Milliseconds since the epoch. */
  readonly times?: Float64Array;
  readonly ratings?: Float32Array;
}

export interface ItemFeatures {
  readonly title: string;
  readonly categories: readonly string[];
  /** Whatever else the data has, as text; '' where a row says nothing. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Columns as text (age, gender, ...); '' where a row says nothing. */
export type UserFeatures = Readonly<Record<string, string>>;
