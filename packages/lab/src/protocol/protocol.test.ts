import { buildDataset, type Dataset } from '@click-recall/datasets';
import { sequenceAt } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import { filterInteractions } from './filter-interactions.js';
import { nextItemSplit } from './next-item-split.js';
import { describeProtocol, protocolName, protocolSchema, type RandomSplit } from './protocol.js';
import { splitRandomly } from './split-randomly.js';
import { userSequences } from './user-sequences.js';

function dataset(pairs: string): Dataset {
  const rows = pairs.split(' ').map((pair, at) => ({ user: pair[0]!, item: pair.slice(1), time: at, rating: at % 6 }));
  const items = new Map(['a', 'b', 'c'].map((id) => [id, { title: id, categories: [], fields: {} }]));
  return buildDataset({ name: 'tiny', file: 'tiny', rows, items });
}

const pairsOf = ({ userIds, itemIds, interactions: { users, items } }: Dataset): string =>
  Array.from(users, (user, row) => `${userIds[user]}${itemIds[items[row]! - 1]}`).join(' ');

const leaveOneOut = (changes: object = {}) => protocolSchema.parse({ kind: 'leave-one-out', ...changes });

describe('filterInteractions', () => {
  it("keeps a user's first click on an item alone, unless repeats are kept", () => {
    const data = dataset('ua ub ua va ua vb');
    expect(pairsOf(filterInteractions(data, leaveOneOut()))).toBe('ua ub va vb');
    expect(filterInteractions(data, leaveOneOut({ keepRepeats: true }))).toBe(data);
  });

  it('leaves out users and items until all that are left have enough clicks, and numbers the rest anew', () => {
    const data = dataset('xc ua ub va vb wa wc');
    const filtered = filterInteractions(data, leaveOneOut({ minUserClicks: 2, minItemClicks: 2 }));
    expect(pairsOf(filtered)).toBe('ua ub va vb');
    expect(filtered.items?.map(({ title }) => title)).toEqual(['a', 'b']);
    expect([...(filtered.interactions.ratings ?? [])]).toEqual([1, 2, 3, 4]);
    expect(() => filterInteractions(data, leaveOneOut({ minUserClicks: 9 }))).toThrow('no interaction is left');
  });
});

describe('userSequences', () => {
  it('has the clicks of every user, oldest first', () => {
    const data = dataset('ub va ua vb');
    const sequences = userSequences(data);
    expect([...sequenceAt(sequences, 0)].map((item) => data.itemIds[item - 1])).toEqual(['b', 'a']);
    expect([...sequenceAt(sequences, 1)].map((item) => data.itemIds[item - 1])).toEqual(['a', 'b']);
  });
});

describe('nextItemSplit', () => {
  const data = dataset('ua ub uc ua');

  it('leaves seen items out of the ranking', () => {
    const { test, validation } = nextItemSplit(filterInteractions(data, leaveOneOut()), leaveOneOut());
    expect([...test.exclude.items]).toEqual([1, 2]);
    expect([...validation.exclude.items]).toEqual([1]);
  });

  it('ranks seen items too where repeats are kept, since they may be what comes next', () => {
    const { test } = nextItemSplit(data, leaveOneOut({ keepRepeats: true }));
    expect([...test.targets]).toEqual([1]);
    expect([...test.inputs.items]).toEqual([1, 2, 3]);
    expect([...test.exclude.offsets]).toEqual([0, 0]);
  });
});

describe('splitRandomly', () => {
  const protocol = protocolSchema.parse({ kind: 'random-split' }) as RandomSplit;

  it('deals every row once, by the shares', () => {
    const { train, validation, test } = splitRandomly(100, protocol);
    expect([train.length, validation.length, test.length]).toEqual([80, 10, 10]);
    expect([...train, ...validation, ...test].toSorted((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(splitRandomly(50, protocol)).toEqual(splitRandomly(50, protocol));
    expect(splitRandomly(50, { ...protocol, seed: 1 })).not.toEqual(splitRandomly(50, protocol));
  });
});

describe('a protocol in words', () => {
  it('tells a protocol that keeps repeats from one that does not, by its name too', () => {
    expect(protocolName(leaveOneOut())).toBe('leave one out');
    expect(protocolName(leaveOneOut({ keepRepeats: true }))).toBe('leave one out, REPEATS KEPT');
    expect(describeProtocol(leaveOneOut())).toContain("only a user's first click on an item counts");
  });

  it('says split, seed, labels, filtering and ties', () => {
    const split = protocolSchema.parse({ kind: 'random-split', positiveRating: 4, minItemClicks: 5 });
    const words = describeProtocol(split).join('; ');
    for (const part of [
      '80/10/10',
      'seed 42',
      'rating ≥ 4',
      'items from 5',
      'ties count against',
      'test split was looked at once',
    ])
      expect(words).toContain(part);
  });

  it('refuses shares that do not add up', () => {
    expect(() => protocolSchema.parse({ kind: 'random-split', train: 0.9 })).toThrow('must add up to 1');
  });
});
