/** Texts to token indexes: 0 padding, 1 unknown, from 2 the vocabulary. */
export interface TextVectorization {
  /** The most frequent token first; the token at place i has the index i + 2. */
  readonly vocabulary: readonly string[];
  /** Indexes there are, padding and unknown included. */
  readonly size: number;
  readonly indexesOf: (tokens: readonly string[]) => number[];
}

export const paddingToken = 0;
export const unknownToken = 1;
const reserved = 2;

const punctuation = /[!-/:-@[-`{-~]/g;

/** Lower case, ASCII punctuation taken out, split at white space: what Keras' TextVectorization does by default. */
export function tokensOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(punctuation, '')
    .split(/\s+/)
    .filter((token) => token !== '');
}

/**
 * The `maxTokens` - 2 most frequent tokens (padding and unknown take two places). Equal counts go by the later token
 * first, as in Keras, so that the order of the texts settles nothing.
 */
export function fitTextVectorization(texts: Iterable<readonly string[]>, maxTokens: number): TextVectorization {
  const counts = new Map<string, number>();
  for (const text of texts) for (const token of text) counts.set(token, (counts.get(token) ?? 0) + 1);
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? 1 : -1));
  return textVectorization(byCount.slice(0, Math.max(0, maxTokens - reserved)).map(([token]) => token));
}

/** A vectorisation of a saved vocabulary. */
export function textVectorization(vocabulary: readonly string[]): TextVectorization {
  const indexes = new Map(vocabulary.map((token, place) => [token, place + reserved]));
  return {
    vocabulary,
    size: vocabulary.length + reserved,
    indexesOf: (tokens) => tokens.map((token) => indexes.get(token) ?? unknownToken),
  };
}
