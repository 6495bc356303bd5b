/** Strings to whole numbers from 1; 0 is every string that was not there to fit on. */
export interface StringLookup {
  /** Sorted; the string at place i has the index i + 1. */
  readonly vocabulary: readonly string[];
  /** Indexes there are, the unknown one included. */
  readonly size: number;
  readonly indexOf: (value: string) => number;
}

export const unknownIndex = 0;

/** The distinct values, sorted, so that their order in the data settles nothing. */
export function fitStringLookup(values: Iterable<string>): StringLookup {
  return stringLookup([...new Set(values)].sort());
}

/** A lookup of a saved vocabulary. */
export function stringLookup(vocabulary: readonly string[]): StringLookup {
  const indexes = new Map(vocabulary.map((value, place) => [value, place + 1]));
  return {
    vocabulary,
    size: vocabulary.length + 1,
    indexOf: (value) => indexes.get(value) ?? unknownIndex,
  };
}
